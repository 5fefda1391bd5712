"""What people get on paper or in a spreadsheet: the supplier's report, blank templates, generated documents."""

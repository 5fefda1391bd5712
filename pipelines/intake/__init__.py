"""From a file to checked, pseudonymised rows: receive, make canonical, check. Nothing personal gets past here."""

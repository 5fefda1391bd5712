"""What lets anybody trust a figure: receipt ids, and what a release tells about its deliveries."""

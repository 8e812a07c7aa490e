"""Reading data sets from object storage and web servers."""

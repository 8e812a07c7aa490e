"""Getting files from elsewhere whole: what there is, fetched, checked, unpacked."""

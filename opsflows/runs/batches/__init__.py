"""A workflow started for every row of a list: a CSV file, rows sent through the API, records."""

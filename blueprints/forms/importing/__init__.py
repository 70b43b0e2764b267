"""A form's file (XLSForm or XForm) read, repaired, and made into form.json, with a report by sheet and row."""

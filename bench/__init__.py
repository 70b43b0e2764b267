"""The table of sizes and times: `make bench`. Each row is a function; nothing here is a test."""

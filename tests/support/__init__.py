"""What tests stand on: a real server, a network that fails on demand, one world of people."""

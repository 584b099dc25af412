"""What shipping knows by itself, without database, broker or clock."""

"""A service for the chassis' own tests: it keeps jars, hears of crops, copies prices, and has a door for neighbours."""

"""What other tools use the library by, through their own entrances."""

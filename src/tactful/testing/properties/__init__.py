"""What holds of every decision, tried on drawn cases."""

"""What the texts and conditions of a step may read, for the picker."""

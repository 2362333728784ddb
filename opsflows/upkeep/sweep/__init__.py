"""The sweep: what stands still longer than it should, told once as an event that workflows can listen to."""

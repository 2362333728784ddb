"""The studio's pages, below /admin/studio/."""

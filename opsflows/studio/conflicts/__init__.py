"""What a draft and the live workflows beside it do to one another, as far as it can be proven."""

"""Backtest: a draft tried on events that came in, beside what is published. Nothing is sent and nothing is started."""

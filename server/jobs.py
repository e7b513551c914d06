"""What the scheduler does at each tick: lines that call one service, never logic."""

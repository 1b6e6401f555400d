"""The same person entered twice: found by a job, told apart or merged by a person."""

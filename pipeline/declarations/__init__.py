"""What people write about a survey, read and checked: survey.toml, wave files, report.toml, published.csv."""

-- unread_times: one row a response one of whose times has no usual shape, with the texts of both.
-- Reads: times (respondent, began, ended; start and end_, null where not read).
select respondent, began, ended
from times
where start is null or end_ is null
order by respondent

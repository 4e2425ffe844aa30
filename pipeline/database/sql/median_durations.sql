-- median_durations: one row a wave: the median duration of its responses that answered to the end, in seconds.
-- Reads: all_durations (wave, respondent, seconds; known ones alone), all_partials.
select wave, median(seconds) as seconds
from all_durations
anti join all_partials using (wave, respondent)
group by wave
order by wave

-- labels: one row an option that a wave offered, with its whole label, and whether who chose it is excluded.
-- Reads: the views offers and options.
select distinct question, option, options.label, offers.screened
from offers
join options using (question, option)
where offers.wave = $wave
order by all

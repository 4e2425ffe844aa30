-- texts: one row a text that an analysed respondent wrote, where a text question is not private.
-- Reads: all_texts, all_excluded. Writes: coded.texts.
insert into coded.texts by name
select *
from all_texts
anti join all_excluded using (wave, respondent)
order by wave, respondent, question, text

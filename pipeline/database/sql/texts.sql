-- texts: what analysed respondents wrote where a text question is not private.
-- Reads: all_texts, coded.respondents.
create table coded.texts as
select all_texts.*
from all_texts
join coded.respondents using (wave, respondent)
where coded.respondents.excluded is null
order by wave, respondent, question, text

-- combinations: how many chose exactly which of some options of a multiple choice; nobody who chose none of them.
-- Reads: coded.answers, coded.respondents, domain (segment '' only). Asks for the question and the options.
with named as (
    select wave, respondent, list_sort(list(option)) as options
    from coded.answers
    join domain using (wave, respondent)
    where segment = '' and question = ? and list_contains(?, option)
    group by all
)
select
    wave,
    options,
    count(*) as respondents,
    sum(weight)::double as weighted,
    sum(weight * weight)::double as squares
from named
join coded.respondents using (wave, respondent)
group by all
order by all

-- bases: one row a question, or an item of a grid, and a group of the domain: whom shares are of.
-- Reads: coded.responses, coded.respondents, domain, counted_questions.
select
    responses.wave,
    responses.question,
    responses.item,
    domain.segment,
    domain.grp,
    count(*) filter (state = 'answered') as answered,
    count(*) filter (state in ('answered', 'dkns')) as sample,
    count(*) filter (state in ('answered', 'skipped')) as asked,
    coalesce(sum(weight) filter (state = 'answered'), 0) as answered_weight,
    coalesce(sum(weight) filter (state in ('answered', 'dkns')), 0) as sample_weight,
    coalesce(sum(weight) filter (state in ('answered', 'skipped')), 0) as asked_weight,
    coalesce(sum(weight * weight) filter (state = 'answered'), 0) as answered_squares,
    coalesce(sum(weight * weight) filter (state in ('answered', 'dkns')), 0) as sample_squares,
    coalesce(sum(weight * weight) filter (state in ('answered', 'skipped')), 0) as asked_squares
from coded.responses
join counted_questions using (question)
join domain using (wave, respondent)
join coded.respondents using (wave, respondent)
where state <> 'not_offered'
group by all
order by all

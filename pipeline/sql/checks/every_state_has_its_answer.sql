-- Respondents whose state on a question disagrees with the answers they have to it.
-- Say: this is a fault of the pipeline and not of the export; please report it.
select waves.name as wave, states.respondent, questions.id as question, items.id as item
from coded.responses as states
join coded.waves using (wave)
join coded.questions using (question)
left join coded.items using (question, item)
left join (
    select distinct answers.wave, answers.respondent, answers.question,
        case when questions.kind = 'grid' then answers.item else 0 end as item,
        true as given
    from coded.answers
    join coded.questions using (question)
) as answered using (wave, respondent, question, item)
where (states.state in ('answered', 'dkns', 'not_applicable')) <> coalesce(answered.given, false)
order by all

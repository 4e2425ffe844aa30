-- overlaps: one row an item of a grid or ranking other than $item: who was asked and who chose which of the two.
-- Reads: coded.responses, coded.answers, coded.offers, coded.respondents, coded.waves, domain (segment '' only).
with slots as (
    select
        responses.wave,
        responses.respondent,
        offered.item as part,
        exists (
            select 1
            from coded.answers
            where answers.wave = responses.wave
                and answers.respondent = responses.respondent
                and answers.question = responses.question
                and answers.item = offered.item
                and (answers.option in (select unnest($options)) or answers.rank <= $places)
        ) as chosen
    from coded.responses
    join domain using (wave, respondent)
    join (select distinct wave, question, item from coded.offers) as offered
        on offered.wave = responses.wave
        and offered.question = responses.question
        and (offered.item = responses.item or responses.item = 0)
    where responses.question = $question
        and responses.state in (select unnest($states::state[]))
        and domain.segment = ''
        and offered.item > 0
),

people as (
    select distinct slots.wave, slots.respondent, respondents.weight
    from slots
    join coded.respondents using (wave, respondent)
),

others as (
    select distinct wave, part from slots where part <> $item
)

select
    others.part,
    one.chosen as chosen,
    other.chosen as other_chosen,
    sum(people.weight) as weighted,
    sum(people.weight * people.weight) as squares
from people
join coded.waves using (wave)
join others using (wave)
left join slots as one
    on one.wave = people.wave and one.respondent = people.respondent and one.part = $item
left join slots as other
    on other.wave = people.wave and other.respondent = people.respondent and other.part = others.part
where waves.name = $wave
group by all
order by all

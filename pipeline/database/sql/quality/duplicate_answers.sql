-- duplicate_answers: who gave just the answers of an earlier response of the wave, of those who gave enough.
-- Reads: all_rules, all_answers. Writes: all_found. The first of them is not flagged.
insert into all_found
with said as (
    select
        wave,
        respondent,
        count(*) as given,
        (bit_xor(hash(question, item, option, rank, value)), sum(hash(question, item, option, rank, value))) as answers
    from all_answers
    group by wave, respondent
)
select
    wave,
    respondent,
    all_rules.position,
    0 as question,
    row_number() over (partition by wave, said.answers order by respondent) > 1 as flagged
from said
join all_rules using (wave)
where all_rules.rule = 'duplicate_answers' and said.given >= all_rules.fewest
order by wave, respondent

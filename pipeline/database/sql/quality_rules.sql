-- quality_rules: the rules of data quality of a wave, to how many responses each applied, or why to none.
-- Reads: all_rules, all_found.
create table coded.quality_rules as
select
    all_rules.wave,
    all_rules.position,
    all_rules.rule,
    all_rules.question,
    all_rules.threshold,
    coalesce(applied.respondents, 0) as applied_to,
    applied.respondents is not null as can_be_found,
    case when applied.respondents is null then all_rules.why_not else '' end as why_not
from all_rules
left join (
    select wave, position, count(*) as respondents
    from (select distinct wave, position, respondent from all_found) as looked_at
    group by all
) as applied using (wave, position)
order by wave, position

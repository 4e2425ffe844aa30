-- quality_rules: one row a rule of data quality of a wave: to how many responses it applied, or why to none.
-- Reads: all_quality_rules, all_quality_results. Writes: coded.quality_rules.
insert into coded.quality_rules by name
select
    all_quality_rules.wave,
    all_quality_rules.position,
    all_quality_rules.rule,
    all_quality_rules.question,
    all_quality_rules.threshold,
    coalesce(applied.respondents, 0) as applied_to,
    applied.respondents is not null as can_be_found,
    case when applied.respondents is null then all_quality_rules.why_not else '' end as why_not
from all_quality_rules
left join (
    -- what is looked at in several questions is counted by respondent; elsewhere each stands there once
    select wave, position, count(*) as respondents
    from all_quality_results
    group by wave, position
    having min(question) = max(question)
    union all
    select wave, position, count(distinct respondent)
    from all_quality_results
    semi join (
        select wave, position
        from all_quality_results
        group by wave, position
        having min(question) < max(question)
    ) as of_several using (wave, position)
    group by wave, position
) as applied using (wave, position)
order by wave, position

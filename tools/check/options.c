/* SPDX-License-Identifier: MIT */
/* What an executor makes of its options: whatever its table allows, it has to start with. */
#include "bed.h"
#include "check.h"
#include "option_range.h"
#include "subject.h"
#include "tap.h"
#include "verdict.h"
#include "world.h"

#include <string.h>

/* Whatever it answers is fine, if it says why it does not start and can be ended if it does. */
static void
try(const execz_option *option, const char *value)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_bed *bed;

    if (!ez_bed_allows(option->name, value)) {
        return;
    }
    bed = ez_bed_new("under-check", option->name, value);
    if (ez_bed_try_start(bed, &err) == EXECZ_OK) {
        ez_bed_stop(bed);
    } else if (err.message[0] == '\0') {
        ez_verdict_fail("with %s=%s, which its table allows, start() fails and does not say why",
                        option->name, value);
    }
    ez_bed_free(bed);
}

/* Calls each with the value that which() gives for an option; NULL: none. */
static void
try_all(char *(*which)(const execz_option *option))
{
    const ez_option_table *table;

    ez_subject_load();
    table = &ez_the_subject.part->options;
    if (table->n == 0) {
        ez_verdict_skip("it has no options");
    }
    for (uint32_t i = 0; i < table->n; i++) {
        g_autofree char *value = which(&table->option[i]);

        if (value != NULL) {
            try(&table->option[i], value);
        }
    }
}

static char *
least(const execz_option *option)
{
    return ez_option_end(option, false);
}

static char *
greatest(const execz_option *option)
{
    return ez_option_end(option, true);
}

static void
check_least(void)
{
    try_all(least);
}

static void
check_greatest(void)
{
    try_all(greatest);
}

static void
check_choices(void)
{
    const ez_option_table *table;

    ez_subject_load();
    table = &ez_the_subject.part->options;
    if (table->n == 0) {
        ez_verdict_skip("it has no options");
    }
    for (uint32_t i = 0; i < table->n; i++) {
        const execz_option *option = &table->option[i];
        g_auto(GStrv) values = ez_option_choices(option);

        for (char **value = values; *value != NULL; value++) {
            try(option, *value);
        }
    }
}

/* ---- what it asks for ------------------------------------------------------------------------- */

static void
live_once(void)
{
    ez_bed *bed = ez_bed_started(NULL, NULL);

    if (ez_bed_has_bodies()) {
        (void)ez_bed_submit(bed, (ez_how){0});
    }
    ez_bed_stop(bed);
}

static void
check_declared(void)
{
    const char *first;

    live_once();
    if (ez_tap_faults(EZ_FAULT_UNDECLARED, &first) > 0) {
        ez_verdict_fail("%s, which it does not declare", first);
    }
}

static void
check_type(void)
{
    const char *first;

    live_once();
    if (ez_tap_faults(EZ_FAULT_OPTION_TYPE, &first) > 0) {
        ez_verdict_fail("%s", first);
    }
}

static const ez_check checks[] = {
    {"options.declared", "basic.life", "execz_host.option",
     "The text of a declared option after checks and defaults",
     "put the option into its table, by EXECZ_OPTIONS(): else nobody can set it", check_declared,
     true},
    {"options.type", "basic.life", "execz_host.option_i64",
     "The value of a declared option of type INT, BOOL (0, 1), DURATION (ns) or SIZE (bytes).",
     "ask by host->option() for the text of this one", check_type, false},
    {"options.least", "start.again", "execz_host.option",
     "The text of a declared option after checks and defaults",
     "do with the least value that the table allows, or allow no such value", check_least, false},
    {"options.greatest", "start.again", "execz_host.option",
     "The text of a declared option after checks and defaults",
     "do with the greatest value that the table allows, or allow no such value", check_greatest,
     false},
    {"options.choices", "start.again", "execz_host.option",
     "The text of a declared option after checks and defaults",
     "do with each value that the table allows, or allow no such value", check_choices, false},
};

const ez_stage ez_stage_options = EZ_STAGE(checks);

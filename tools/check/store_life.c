/* SPDX-License-Identifier: MIT */
/* How a store is opened, with which options, and what is left of it when it is closed. */
#include "check.h"
#include "option_range.h"
#include "process.h"
#include "store_bed.h"
#include "subject.h"
#include "verdict.h"

/* ---- life ------------------------------------------------------------------------------------- */

static void
check_open(void)
{
    ez_store_bed *bed = ez_store_bed_opened();

    ez_store_bed_load(bed);
    ez_store_bed_expect(bed, "when it is new", "");
    ez_store_bed_free(bed);
}

static void
check_close(void)
{
    ez_store_bed *bed = ez_store_bed_opened();
    unsigned threads, descriptors;
    g_autofree char *names = NULL;

    ez_store_bed_close(bed); /* what it keeps from its first time on is no trace of a later one */
    threads = ez_process_threads();
    descriptors = ez_process_descriptors();
    for (int i = 0; i < 10; i++) {
        ez_store_bed_open(bed);
        EZ_STORE_COMMIT(bed, ez_store_put("a", 10 + i));
        ez_store_bed_close(bed);
    }
    if (ez_process_descriptors() > descriptors) {
        names = ez_process_descriptor_names();
        ez_verdict_fail(
            "after close() %u descriptors more are open than before open(): there are %s",
            ez_process_descriptors() - descriptors, names);
    }
    if (!ez_process_settles(threads)) {
        ez_verdict_fail("after close() there are threads that were not there before open()");
    }
    ez_store_bed_free(bed);
}

/* A file where its directory should be. */
static void
check_refusal(void)
{
    ez_store_bed *bed = ez_store_bed_new(NULL, NULL);
    execz_error err = EXECZ_ERROR_INIT;

    bed->host.state_dir = "/proc/self/no-such-directory";
    if (ez_store_bed_try_open(bed, &err) == EXECZ_OK) {
        ez_verdict_skip("it keeps nothing in the state directory");
    }
    if (err.message[0] == '\0') {
        ez_verdict_fail("where there is no state directory open() fails, and does not say why");
    }
    bed->host.state_dir = bed->directory;
    ez_store_bed_open(bed);
    ez_store_bed_free(bed);
}

/* ---- options ------------------------------------------------------------------------------------ */

/* NULL: there is no such value. */
static void
try(const execz_option *option, const char *value)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_store_bed *bed;

    if (value == NULL) {
        return;
    }
    bed = ez_store_bed_new(option->name, value);
    if (ez_store_bed_try_open(bed, &err) == EXECZ_OK) {
        EZ_STORE_COMMIT(bed, ez_store_put("a", 10));
    } else if (err.message[0] == '\0') {
        ez_verdict_fail("with %s=%s, which its table allows, open() fails and does not say why",
                        option->name, value);
    }
    ez_store_bed_free(bed);
}

static void
check_options(void)
{
    const ez_option_table *table;

    ez_subject_load_store();
    table = &ez_the_subject.part->options;
    if (table->n == 0) {
        ez_verdict_skip("it has no options");
    }
    for (uint32_t i = 0; i < table->n; i++) {
        const execz_option *option = &table->option[i];
        g_auto(GStrv) choices = ez_option_choices(option);
        g_autofree char *least = ez_option_end(option, false);
        g_autofree char *greatest = ez_option_end(option, true);

        try(option, least);
        try(option, greatest);
        for (char **choice = choices; *choice != NULL; choice++) {
            try(option, *choice);
        }
    }
}

static const ez_check checks[] = {
    {"store.open", "descriptor.functions", "store.h: execz_store_ops.open",
     "Opens what is kept, or makes it if there is nothing yet.",
     "make what is missing in host->state_dir, and begin with nothing", check_open, false},
    {"store.close", "store.open", "store.h: execz_store_ops.close", "Closes and frees it.",
     "release in close() what open() has acquired", check_close, false},
    {"store.refusal", "store.open", "store.h: execz_store_ops.open",
     "On failure err says what, where and what to do, and nothing is left open.",
     "fill err on each way out of open()", check_refusal, false},
    {"store.options", "store.open", "store.h: execz_store_ops.open",
     "On failure err says what, where and what to do, and nothing is left open.",
     "do with each value that the table allows, or allow no such value", check_options, false},
};

const ez_stage ez_stage_store_life = EZ_STAGE_OF(EXECZ_KIND_STORE, checks);

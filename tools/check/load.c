/* SPDX-License-Identifier: MIT */
/* What happens when a plugin is loaded, and what its descriptor says. */
#include "check.h"
#include "process.h"
#include "subject.h"
#include "verdict.h"
#include "world.h"

#include <string.h>

#include <execz/sdk.h>

/* The descriptor's errors are the next stage's. */
static bool
is_about_descriptor(const execz_error *err)
{
    return g_str_has_prefix(err->code, "P4") || g_str_has_prefix(err->code, "P6");
}

static void
check_link(void)
{
    execz_error err = EXECZ_ERROR_INIT;

    if (!ez_subject_try_load(&err) && !is_about_descriptor(&err)) {
        ez_verdict_fail("%s [%s]", err.message, err.code);
    }
}

static void
load_somehow(void)
{
    execz_error err = EXECZ_ERROR_INIT;

    (void)ez_subject_try_load(&err);
}

static void
check_state(void)
{
    g_autofree char *all = NULL;

    load_somehow();
    if (ez_the_subject.module == NULL || ez_module_warnings(ez_the_subject.module)[0] == NULL) {
        return;
    }
    all = g_strjoinv("; it ", (char **)ez_module_warnings(ez_the_subject.module));
    ez_verdict_fail("while it is loaded it %s", all);
}

static void
check_threads(void)
{
    unsigned before = ez_process_threads();
    g_autofree char *names = NULL;

    load_somehow();
    if (!ez_process_settles(before)) {
        names = ez_process_thread_names();
        ez_verdict_fail("there are threads that were not there before it was loaded; now there "
                        "are %s",
                        names);
    }
}

/* The loader's own: the sealed copy stays open. */
enum { KEPT_OPEN = 1 };

static void
check_descriptors(void)
{
    unsigned before = ez_process_descriptors();
    g_autofree char *names = NULL;

    load_somehow();
    if (ez_process_descriptors() > before + KEPT_OPEN) {
        names = ez_process_descriptor_names();
        ez_verdict_fail("%u descriptors are open that were not before it was loaded; now there are "
                        "%s",
                        ez_process_descriptors() - before - KEPT_OPEN, names);
    }
}

static void
check_quickly(void)
{
    int64_t before = ez_world_now();

    load_somehow();
    if (ez_world_now() - before > EXECZ_SECOND) {
        ez_verdict_fail("loading it took more than a second, while nothing else goes on");
    }
}

/* ---- the descriptor --------------------------------------------------------------------------- */

/* Fails if it is refused with one of these codes, blanks between. */
static void
refuse_codes(const char *codes)
{
    execz_error err = EXECZ_ERROR_INIT;

    if (!ez_subject_try_load(&err) && strstr(codes, err.code) != NULL) {
        ez_verdict_fail("%s [%s]", err.message, err.code);
    }
}

static void
check_abi(void)
{
    refuse_codes("P401 P402 P405");
}

static void
check_size(void)
{
    refuse_codes("P403");
}

static void
check_agrees(void)
{
    refuse_codes("P404");
}

static void
check_functions(void)
{
    refuse_codes("P602");
}

static void
check_schema(void)
{
    refuse_codes("P601");
}

static void
check_kind(void)
{
    ez_subject_load_any(); /* which ends the check if it is neither executor nor store */
}

static void
check_caps(void)
{
    const uint32_t known = EXECZ_CAP_BODIES | EXECZ_CAP_PAYLOAD | EXECZ_CAP_CANCEL |
                           EXECZ_CAP_PARALLEL | EXECZ_CAP_ISOLATABLE | EXECZ_CAP_RECOVER |
                           EXECZ_CAP_OWN_LIMIT | EXECZ_CAP_EXECUTES;
    uint32_t caps;

    ez_subject_load_any();
    if (ez_the_subject.store != NULL) {
        ez_verdict_skip("what executors can is said by them");
    }
    caps = ez_the_subject.caps;
    if ((caps & (EXECZ_CAP_BODIES | EXECZ_CAP_PAYLOAD)) == 0) {
        ez_verdict_fail("it takes no kind of task");
    }
    if ((caps & ~known) != 0) {
        ez_verdict_fail("its caps have bits that mean nothing: %#x", caps & ~known);
    }
    if ((caps & EXECZ_CAP_CANCEL) != 0 && ez_the_subject.ops->cancel == NULL) {
        ez_verdict_fail("it has EXECZ_CAP_CANCEL and no function cancel");
    }
    if ((caps & EXECZ_CAP_RECOVER) != 0 && ez_the_subject.ops->recover == NULL) {
        ez_verdict_fail("it has EXECZ_CAP_RECOVER and no function recover");
    }
}

static void
check_flags(void)
{
    uint32_t flags;

    ez_subject_load_any();
    flags = ez_the_subject.store != NULL ? ez_the_subject.store->flags : ez_the_subject.ops->flags;
    if (flags != 0) {
        ez_verdict_fail("the flags of its table of functions are %#x", flags);
    }
}

static void
check_help(void)
{
    const ez_option_table *table;

    ez_subject_load_any();
    table = &ez_the_subject.part->options;
    for (uint32_t i = 0; i < table->n; i++) {
        if (table->option[i].help[0] == '\0') {
            ez_verdict_fail("the option '%s' has no help", table->option[i].name);
        }
    }
}

#define NO_SIDE_EFFECTS "Returns NULL if the plugin cannot live with host_abi. [setup]"

static const ez_check load_checks[] = {
    {"load.link", "static.file", "execz_plugin_entry", "The one symbol the loader looks up.",
     "do what the message says; if it crashes or hangs, look at constructors and at the entry "
     "function",
     check_link, false},
    {"load.state", "load.link", "execz_plugin_entry", NO_SIDE_EFFECTS,
     "leave signals, umask, working directory and locale alone: they are the whole process's",
     check_state, false},
    {"load.threads", "load.link", "execz_plugin_entry", NO_SIDE_EFFECTS,
     "begin threads in start(), by host->thread()", check_threads, false},
    {"load.descriptors", "load.link", "execz_plugin_entry", NO_SIDE_EFFECTS,
     "open what you need in start()", check_descriptors, false},
    {"load.quickly", "load.link", "execz_plugin_entry", NO_SIDE_EFFECTS,
     "do in start(), or on a thread, what takes its time", check_quickly, true},
};

static const ez_check descriptor_checks[] = {
    {"descriptor.abi", "load.link", "execz_plugin.abi", "EXECZ_ABI of the header it was built with",
     "do what the message says", check_abi, false},
    {"descriptor.size", "descriptor.abi", "execz_plugin.magic",
     "A struct that crosses the border starts with its own `size`",
     "EXECZ_EXECUTOR_PLUGIN() of sdk.h fills it, or set each .size to the sizeof of its struct",
     check_size, false},
    {"descriptor.note", "descriptor.size", "execz_component.options",
     "for [executor:...]; the bytes that are in the file's note",
     "EXECZ_EXECUTOR_PLUGIN() of sdk.h writes both from the same words", check_agrees, false},
    {"descriptor.functions", "descriptor.note", "execz_executor_ops",
     "The fixed three, and destroy: required.", "fill start, shutdown, send_task and destroy",
     check_functions, false},
    {"descriptor.options", "descriptor.functions", "execz_component.options",
     "the bytes that are in the file's note",
     "an option's default has to be one that the option allows, and its name is unique",
     check_schema, false},
    {"descriptor.kind", "descriptor.options", "execz_component.kind",
     "EXECZ_KIND_EXECUTOR; fixes the type of ops",
     "set .kind to EXECZ_KIND_EXECUTOR, or to EXECZ_KIND_STORE", check_kind, false},
    {"descriptor.caps", "descriptor.kind", "execz_component.caps", "EXECZ_CAP_*",
     "say what it takes, and have the function for what it can", check_caps, false},
    {"descriptor.flags", "descriptor.kind", "execz_executor_ops.flags", "0",
     "set .flags to 0: a later version may give it a meaning", check_flags, false},
    {"descriptor.help", "descriptor.kind", "execz_component.options",
     "the bytes that are in the file's note",
     "give each option a sentence: execz plugin info shows it", check_help, true},
};

const ez_stage ez_stage_load = EZ_STAGE_OF_ANY(load_checks);
const ez_stage ez_stage_descriptor = EZ_STAGE_OF_ANY(descriptor_checks);

/* SPDX-License-Identifier: MIT */
/* execz-plugin-check: makes one check of a plugin in this process.  `execz plugin check` starts it
 * for each; with a debugger it can be started by hand:
 *
 *     gdb --args .../lib/execz/execz-plugin-check basic.start ./mine.so
 */
#include "check.h"
#include "ledger.h"
#include "subject.h"
#include "verdict.h"
#include "world.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

static const ez_stage *const stages[] = {
    &ez_stage_static, &ez_stage_load,      &ez_stage_descriptor, &ez_stage_basic,
    &ez_stage_start,  &ez_stage_options,   &ez_stage_runs,       &ez_stage_shutdown,
    &ez_stage_cancel, &ez_stage_figures,   &ez_stage_pool,       &ez_stage_leaks,
    &ez_stage_stress, &ez_stage_scheduler, &ez_stage_store_life, &ez_stage_store,
};

/* ---- --list ----------------------------------------------------------------------------------- */

/* "execz/run.h: execz_task" of "run.h: execz_task"; what names no header is in plugin.h. */
static void
set_where(json_t *object, const char *where)
{
    bool named = strstr(where, ".h: ") != NULL;
    g_autofree char *text = g_strdup_printf("execz/%s%s", named ? "" : "plugin.h: ", where);

    json_object_set_new(object, "where", json_string(text));
}

static json_t *
describe(const ez_check *check)
{
    json_t *object = json_object();

    json_object_set_new(object, "name", json_string(check->name));
    if (check->needs != NULL) {
        json_object_set_new(object, "needs", json_string(check->needs));
    }
    set_where(object, check->where);
    json_object_set_new(object, "rule", json_string(check->rule));
    json_object_set_new(object, "fix", json_string(check->fix));
    json_object_set_new(object, "advice", json_boolean(check->is_advice));
    return object;
}

static int
list(void)
{
    json_t *all = json_array();

    for (size_t i = 0; i < G_N_ELEMENTS(stages); i++) {
        for (size_t k = 0; k < stages[i]->n; k++) {
            json_array_append_new(all, describe(&stages[i]->checks[k]));
        }
    }
    json_dumpf(all, stdout, JSON_INDENT(1));
    putchar('\n');
    json_decref(all);
    return 0;
}

/* ---- --body: a command that a check has an executor run ----------------------------------------- */

static volatile sig_atomic_t told_to_stop;

static void
stop(int number)
{
    (void)number;
    told_to_stop = 1;
}

static int
nap(void *nothing)
{
    struct timespec moment = {.tv_nsec = EXECZ_MILLISECOND};

    (void)nothing;
    (void)nanosleep(&moment, NULL);
    return told_to_stop ? -ECANCELED : 0;
}

static int
live(const char *path, const char *slip)
{
    struct sigaction action = {.sa_handler = stop};
    ez_ledger *ledger = ez_ledger_map(path);

    sigaction(SIGTERM, &action, NULL);
    if (ledger == NULL) {
        fprintf(stderr, "the ledger of the check cannot be mapped\n");
        return 1;
    }
    return ez_ledger_live(ledger, (unsigned)g_ascii_strtoull(slip, NULL, 10), 0, nap, NULL) ? 0 : 1;
}

/* ---- one check -------------------------------------------------------------------------------- */

static const ez_check *
find_check(const char *name, const ez_stage **stage_out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(stages); i++) {
        for (size_t k = 0; k < stages[i]->n; k++) {
            if (strcmp(stages[i]->checks[k].name, name) == 0) {
                *stage_out = stages[i];
                return &stages[i]->checks[k];
            }
        }
    }
    return NULL;
}

static void
set(char *setting)
{
    ez_subject *self = &ez_the_subject;
    char *equals = strchr(setting, '=');

    if (equals == NULL) {
        return;
    }
    *equals = '\0';
    self->settings = g_renew(ez_setting, self->settings, self->n_settings + 1);
    self->settings[self->n_settings++] = (ez_setting){.key = setting, .value = equals + 1};
}

/* An executor is not checked as a store, nor the other way round. */
static void
skip_others(const ez_stage *stage)
{
    if (stage->kind == NULL) {
        return;
    }
    ez_subject_describe();
    if (g_strcmp0(stage->kind, ez_the_subject.part->kind) != 0 &&
        (g_strcmp0(ez_the_subject.part->kind, EXECZ_KIND_STORE) == 0 ||
         g_strcmp0(ez_the_subject.part->kind, EXECZ_KIND_EXECUTOR) == 0)) {
        ez_verdict_skip("it is of kind %s", ez_the_subject.part->kind);
    }
}

/* NAME FILE [patience=MS] [seed=N] [executor=ALIAS] [set=NAME=VALUE]... */
static int
make_check(int argc, char **argv)
{
    const ez_stage *stage = NULL;
    const ez_check *check = find_check(argv[1], &stage);
    execz_duration patience = 20 * EXECZ_SECOND;

    if (check == NULL) {
        fprintf(stderr, "%s: there is no check '%s'; see --list\n", argv[0], argv[1]);
        return 2;
    }
    ez_the_subject.path = g_canonicalize_filename(argv[2], NULL);
    for (int i = 3; i < argc; i++) {
        if (g_str_has_prefix(argv[i], "patience=")) {
            patience = (execz_duration)g_ascii_strtoull(argv[i] + 9, NULL, 10) * EXECZ_MILLISECOND;
        } else if (g_str_has_prefix(argv[i], "seed=")) {
            ez_the_subject.seed = g_ascii_strtoull(argv[i] + 5, NULL, 10);
        } else if (g_str_has_prefix(argv[i], "executor=")) {
            ez_the_subject.alias = argv[i] + 9;
        } else if (g_str_has_prefix(argv[i], "set=")) {
            set(argv[i] + 4);
        }
    }
    ez_verdict_open(ez_the_subject.path);
    ez_world_open(patience);
    skip_others(stage);
    check->run();
    ez_verdict_passed();
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        return list();
    }
    if (argc == 4 && strcmp(argv[1], "--body") == 0) {
        return live(argv[2], argv[3]);
    }
    if (argc >= 3) {
        return make_check(argc, argv);
    }
    fprintf(stderr, "usage: %s CHECK FILE, or --list; people want: execz plugin check FILE\n",
            argv[0]);
    return 2;
}

/* SPDX-License-Identifier: MIT */
#include "args.h"
#include "check_report.h"
#include "text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <execz/execz.h>

/* clang-format off */
static const char help[] =
    "usage: execz plugin check FILE|ALIAS [--only NAME]... [--set NAME=VALUE]...\n"
    "\n"
    "Drives the executor of a plugin through the contract that execz/plugin.h describes, or the\n"
    "store of one through that of execz/store.h, with the real host, and says which rule it\n"
    "breaks, what has happened, and what to do\n"
    "about it.  Each check is made in a process of its own: a plugin that crashes or hangs\n"
    "fails that check and no other.\n"
    "\n"
    "  --only NAME          only this check, or the checks of this stage (static, load, ...)\n"
    "  --set NAME=VALUE     an option of the executor, as in the configuration\n"
    "  --executor ALIAS     which executor of the file; without it the first\n"
    "  --seed N             what is random is as it was with this seed\n"
    "  --timeout DURATION   of one check, after which it hangs; 30s\n"
    "  --asan, --tsan       under the sanitizer that the plugin was built with\n"
    "  --valgrind           under valgrind\n"
    "  --list               what is checked, and which rule it is about\n"
    "  --verbose            each check in a line\n"
    "  --json               one object, on stdout\n"
    "  --junit FILE         writes what a build server reads\n"
    "\n"
    "exit status: 0 it keeps the contract, 1 it does not, 5 there is no such plugin\n"
    "\n"
    "example: execz plugin check ./mine.so --set max_workers=2\n";
/* clang-format on */

typedef struct settings {
    GPtrArray *arguments; /* borrowed texts, as the next two */
    GPtrArray *only;
    GPtrArray *set;
    const char *executor, *seed, *junit;
    execz_duration timeout;
    bool asan, tsan, valgrind, list, verbose, json;
} settings;

/* ---- the command line ------------------------------------------------------------------------- */

static bool
read_command_line(settings *self, const ez_command *command, int argc, char **argv, int *exit_out)
{
    const ez_arg options[] = {{"only", 0, EZ_ARG_TEXTS, self->only},
                              {"set", 0, EZ_ARG_TEXTS, self->set},
                              {"executor", 0, EZ_ARG_TEXT, &self->executor},
                              {"seed", 0, EZ_ARG_TEXT, &self->seed},
                              {"timeout", 0, EZ_ARG_DURATION, &self->timeout},
                              {"asan", 0, EZ_ARG_FLAG, &self->asan},
                              {"tsan", 0, EZ_ARG_FLAG, &self->tsan},
                              {"valgrind", 0, EZ_ARG_FLAG, &self->valgrind},
                              {"list", 0, EZ_ARG_FLAG, &self->list},
                              {"verbose", 'v', EZ_ARG_FLAG, &self->verbose},
                              {"json", 0, EZ_ARG_FLAG, &self->json},
                              {"junit", 0, EZ_ARG_TEXT, &self->junit},
                              {NULL}};

    return ez_args_read(command, options, argc, argv, self->arguments, exit_out);
}

static bool
check_command_line(const settings *self, const ez_command *command, int *exit_out)
{
    *exit_out = EZ_EXIT_OK;
    if (self->arguments->len != (self->list ? 0 : 1)) {
        *exit_out =
            ez_usage_error(command, self->arguments->len == 0 ? "which plugin?"
                                    : self->list ? "--list lists all checks, of whatever plugin"
                                                 : "one plugin at a time");
    } else if (self->asan + self->tsan + self->valgrind > 1) {
        *exit_out = ez_usage_error(command, "one of --asan, --tsan and --valgrind at a time");
    } else if (self->timeout <= 0) {
        *exit_out = ez_usage_error(command, "--timeout: it has to be longer than nothing");
    }
    for (guint i = 0; i < self->set->len && *exit_out == EZ_EXIT_OK; i++) {
        if (strchr(self->set->pdata[i], '=') == NULL) {
            *exit_out = ez_usage_error(command, "--set: '%s' is not NAME=VALUE",
                                       (char *)self->set->pdata[i]);
        }
    }
    return *exit_out == EZ_EXIT_OK;
}

/* The number that was given, or one that nobody has chosen. */
static bool
read_seed(const settings *self, const ez_command *command, uint64_t *seed_out, int *exit_out)
{
    char *end = NULL;

    if (self->seed == NULL) {
        *seed_out = (uint64_t)g_get_real_time() * 2654435761u % 1000000000u;
        return true;
    }
    *seed_out = g_ascii_strtoull(self->seed, &end, 10);
    if (!g_ascii_isdigit(self->seed[0]) || *end != '\0') {
        *exit_out = ez_usage_error(command, "--seed: '%s' is not a whole number", self->seed);
        return false;
    }
    return true;
}

/* The path of what is named; NULL: there is none, which was said.  Caller frees. */
static char *
find_file(const char *name)
{
    execz_catalog *catalog;
    execz_plugin_info info = {.size = sizeof info};
    execz_error err = EXECZ_ERROR_INIT;
    size_t index;
    char *path = NULL;

    if (strchr(name, '/') != NULL || g_str_has_suffix(name, ".so")) {
        path = g_canonicalize_filename(name, NULL);
        if (access(path, F_OK) != 0) {
            fprintf(stderr, "execz: there is no file %s\n", path);
            g_clear_pointer(&path, g_free);
        }
        return path;
    }
    catalog = execz_catalog_new(NULL);
    if (execz_catalog_find(catalog, name, &index, &err) == EXECZ_OK) {
        execz_catalog_get(catalog, index, &info);
        path = g_strdup(info.path);
    } else {
        fprintf(stderr, "execz: %s\n", err.message);
    }
    execz_catalog_free(catalog);
    return path;
}

/* ---- choosing --------------------------------------------------------------------------------- */

static bool
is_named(const ez_check_result *result, const char *name)
{
    g_autofree char *stage = ez_check_stage(result);

    return strcmp(result->name, name) == 0 || strcmp(stage, name) == 0;
}

/* NULL if one of the names is none, which was said.  Caller frees. */
static GPtrArray *
choose(const ez_checker *checker, const settings *self, const ez_command *command, int *exit_out)
{
    g_autoptr(GPtrArray) chosen = g_ptr_array_new();
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (guint i = 0; i < checker->results->len; i++) {
        ez_check_result *result = &g_array_index(checker->results, ez_check_result, i);
        bool wanted = self->only->len == 0;

        for (guint k = 0; k < self->only->len; k++) {
            wanted |= is_named(result, self->only->pdata[k]);
        }
        if (wanted) {
            g_ptr_array_add(chosen, result);
        }
        g_ptr_array_add(names, (char *)result->name);
    }
    for (guint k = 0; k < self->only->len; k++) {
        bool known = false;

        for (guint i = 0; i < chosen->len; i++) {
            known |= is_named(chosen->pdata[i], self->only->pdata[k]);
        }
        if (!known) {
            const char *name = self->only->pdata[k];
            g_autofree char *meant =
                ez_text_did_you_mean(name, (const char *const *)names->pdata, names->len);

            *exit_out = ez_usage_error(command, "there is no check '%s'%s", name, meant);
            return NULL;
        }
    }
    return g_steal_pointer(&chosen);
}

static int
list(const GPtrArray *chosen)
{
    for (guint i = 0; i < chosen->len; i++) {
        const ez_check_result *result = chosen->pdata[i];

        printf("%s%s\n    %s\n    (%s)\n", result->name, result->is_advice ? "  (advice)" : "",
               result->rule, result->where);
    }
    printf("%u checks\n", chosen->len);
    return EZ_EXIT_OK;
}

/* ---- making ----------------------------------------------------------------------------------- */

/* Whether name is one of names, blanks between. */
static bool
is_one_of(const char *name, const char *names)
{
    g_auto(GStrv) each = g_strsplit(names, " ", -1);

    return g_strv_contains((const char *const *)each, name);
}

/* A check that this one needs and that was made and has not passed; NULL: none. */
static const ez_check_result *
find_obstacle(const GPtrArray *chosen, const ez_check_result *result)
{
    for (guint i = 0; i < chosen->len && result->needs != NULL; i++) {
        const ez_check_result *other = chosen->pdata[i];

        if ((other->verdict == EZ_CHECK_FAILED || other->verdict == EZ_CHECK_BLOCKED) &&
            is_one_of(other->name, result->needs)) {
            return other;
        }
    }
    return NULL;
}

static void
make(const ez_checker *checker, const GPtrArray *chosen, ez_check_result *result)
{
    const ez_check_result *obstacle = find_obstacle(chosen, result);

    if (obstacle == NULL) {
        ez_checker_run(checker, result);
        return;
    }
    result->verdict = EZ_CHECK_BLOCKED;
    result->message = obstacle->verdict == EZ_CHECK_BLOCKED
                          ? g_strdup(obstacle->message)
                          : g_strdup_printf("%s has failed", obstacle->name);
    result->output = g_strdup("");
}

static void
show(const ez_checker *checker, const ez_check_result *result, bool verbose)
{
    if (result->verdict == EZ_CHECK_FAILED || result->verdict == EZ_CHECK_ADVICE) {
        ez_check_report_finding(checker, result);
    } else if (verbose) {
        printf("%-7s %s%s%s\n", ez_check_verdict_name(result->verdict), result->name,
               result->message == NULL ? "" : ": ", result->message == NULL ? "" : result->message);
    }
    fflush(stdout);
}

static int
make_all(ez_checker *checker, const GPtrArray *chosen, const settings *self)
{
    g_autofree char *message = NULL;
    json_t *object;

    if (!self->json) {
        printf("%s, seed %" G_GUINT64_FORMAT "\n", checker->file, checker->seed);
    }
    for (guint i = 0; i < chosen->len; i++) {
        make(checker, chosen, chosen->pdata[i]);
        if (!self->json) {
            show(checker, chosen->pdata[i], self->verbose);
        }
    }
    if (self->json) {
        object = ez_check_report_json(checker, chosen);
        json_dumpf(object, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(object);
    } else {
        ez_check_report_tally(chosen);
    }
    if (self->junit != NULL && !ez_check_report_junit(checker, chosen, self->junit, &message)) {
        fprintf(stderr, "execz: %s\n", message);
        return EZ_EXIT_FAILED;
    }
    return ez_check_tally_of(chosen).n[EZ_CHECK_FAILED] == 0 ? EZ_EXIT_OK : EZ_EXIT_FAILED;
}

/* With the checker open. */
static int
check(ez_checker *checker, const settings *self, const ez_command *command)
{
    int status = EZ_EXIT_OK;
    g_autoptr(GPtrArray) chosen = choose(checker, self, command, &status);
    g_autofree char *file = NULL;
    g_autofree char *message = NULL;

    if (chosen == NULL || self->list) {
        return chosen == NULL ? status : list(chosen);
    }
    file = find_file(self->arguments->pdata[0]);
    if (file == NULL) {
        return EZ_EXIT_NOT_FOUND;
    }
    checker->file = file;
    checker->under = self->asan       ? EZ_UNDER_ASAN
                     : self->tsan     ? EZ_UNDER_TSAN
                     : self->valgrind ? EZ_UNDER_VALGRIND
                                      : EZ_UNDER_NOTHING;
    if (!ez_checker_prepare(checker, &message)) {
        fprintf(stderr, "execz: %s\n", message);
        return EZ_EXIT_FAILED;
    }
    return make_all(checker, chosen, self);
}

static int
run(const ez_command *self, int argc, char **argv)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    g_autoptr(GPtrArray) only = g_ptr_array_new();
    g_autoptr(GPtrArray) set = g_ptr_array_new();
    settings given = {arguments, only, set, .timeout = 30 * EXECZ_SECOND};
    ez_checker checker = {.set = set};
    g_autofree char *message = NULL;
    int status;

    if (!read_command_line(&given, self, argc, argv, &status) ||
        !check_command_line(&given, self, &status) ||
        !read_seed(&given, self, &checker.seed, &status)) {
        return status;
    }
    checker.executor = given.executor;
    checker.timeout = given.timeout;
    if (ez_checker_open(&checker, &message)) {
        status = check(&checker, &given, self);
    } else {
        fprintf(stderr, "execz: %s\n", message);
        status = EZ_EXIT_FAILED;
    }
    ez_checker_close(&checker);
    return status;
}

const ez_command ez_command_plugin_check = {"plugin check", help, run, NULL};

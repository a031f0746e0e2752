/* SPDX-License-Identifier: MIT */
/* A start tries; only a start that failed looks closer, so that a good one pays nothing for the
 * words of a bad one. */
#include "function/program.h"

#include "base/error.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the kernel's exec calls without a PATH agree on. */
#define DEFAULT_PATH "/bin:/usr/bin"
#define ONE_TEXT_MAX (32 * 4096) /* the kernel's MAX_ARG_STRLEN */

static const char *
path_of(const ez_environment *environment)
{
    const char *path = ez_environment_find(environment, "PATH");

    return path != NULL ? path : DEFAULT_PATH;
}

char **
ez_program_candidates(const char *name, const ez_environment *environment)
{
    char **candidates;

    if (strchr(name, '/') != NULL) {
        candidates = g_new0(char *, 2);
        candidates[0] = g_strdup(name);
        return candidates;
    }
    candidates = g_strsplit(path_of(environment), ":", -1);
    for (char **at = candidates; *at != NULL; at++) {
        g_autofree char *directory = *at; /* an empty one is the working directory */

        *at = g_strconcat(*directory != '\0' ? directory : ".", "/", name, NULL);
    }
    return candidates;
}

/* ---- what went wrong ---- */

static bool
is_file(const char *path)
{
    struct stat facts;

    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
}

/* The file that exec(2) failed on: the first that may be executed, else the first that is there.
 * NULL: there is none. */
static char *
find_failed(const execz_task *task, const ez_environment *environment, bool *executable_out)
{
    g_auto(GStrv) candidates = ez_program_candidates(task->argv[0], environment);
    g_autofree char *base = g_canonicalize_filename(task->cwd != NULL ? task->cwd : ".", NULL);
    g_autofree char *useless = NULL;

    for (char **at = candidates; *at != NULL; at++) {
        g_autofree char *program = g_canonicalize_filename(*at, base);

        if (is_file(program) && eaccess(program, X_OK) == 0) {
            *executable_out = true;
            return g_steal_pointer(&program);
        }
        if (is_file(program) && useless == NULL) {
            useless = g_steal_pointer(&program);
        }
    }
    *executable_out = false;
    return g_steal_pointer(&useless);
}

/* Measures texts, each of which costs a pointer as well. */
static void
measure(const char *const *texts, size_t *total, size_t *longest)
{
    for (; texts != NULL && *texts != NULL; texts++) {
        size_t length = strlen(*texts) + 1;

        *total += length + sizeof *texts;
        *longest = MAX(*longest, length);
    }
}

static execz_status
explain_length(const execz_task *task, const ez_environment *environment, execz_error *err)
{
    size_t arguments = 0, variables = 0, longest = 0;

    measure(task->argv, &arguments, &longest);
    measure((const char *const *)ez_environment_entries(environment), &variables, &longest);
    if (longest > ONE_TEXT_MAX) {
        return ez_fail(err, EXECZ_E_LIMIT,
                       "cannot run '%s': one argument or environment entry has %zu bytes, and the "
                       "system's limit for one is %d; hand it over in a file",
                       task->argv[0], longest, ONE_TEXT_MAX);
    }
    return ez_fail(
        err, EXECZ_E_LIMIT,
        "cannot run '%s': its arguments take %zu bytes and its environment %zu, together "
        "more than the system's limit of about %ld (a quarter of ulimit -s); hand over "
        "a file instead",
        task->argv[0], arguments, variables, sysconf(_SC_ARG_MAX));
}

execz_status
ez_program_explain(const execz_task *task, const ez_environment *environment, int error,
                   execz_error *err)
{
    bool executable = false;
    g_autofree char *program = find_failed(task, environment, &executable);
    bool searched = strchr(task->argv[0], '/') == NULL;
    const char *hint = "";

    if (error == E2BIG) {
        return explain_length(task, environment, err);
    }
    if (program == NULL && searched) {
        return ez_fail(err, EXECZ_E_NOT_FOUND, "program '%s' was not found in PATH (%s)",
                       task->argv[0], path_of(environment));
    }
    if (program != NULL && !executable) {
        return ez_fail(err, EXECZ_E_PERMISSION, "program '%s': %s is not executable", task->argv[0],
                       program);
    }
    if (error == ENOENT && program != NULL) {
        hint = "; the file is there: does the interpreter named in its first line exist?";
    } else if (error == ENOEXEC) {
        hint = "; a script needs a first line such as #!/bin/sh";
    } else if (error == ETXTBSY) {
        hint = "; somebody is writing to it";
    }
    return ez_fail(err, EXECZ_E_IO, "cannot run '%s': %s%s",
                   program != NULL ? program : task->argv[0], g_strerror(error), hint);
}

/* SPDX-License-Identifier: MIT */
/* The program is looked up here, not by posix_spawnp(): in the PATH that the command will have, and
 * so that an error can tell "not there" from "not executable" from "no such directory". */
#include "function/spawn.h"

#include "base/error.h"
#include "base/parse.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the kernel's exec calls without a PATH agree on. */
#define DEFAULT_PATH "/bin:/usr/bin"

/* ---- environment ---- */

static char **
set_text(char **environment, const char *name, const char *value)
{
    return value != NULL ? g_environ_setenv(environment, name, value, TRUE)
                         : g_environ_unsetenv(environment, name);
}

static char **
set_facts(char **environment, const ez_body *body)
{
    g_autofree char *scheduled = ez_format_time(body->run_time);
    g_autofree char *key = g_strdup_printf("%s@%s", body->task->id, scheduled);
    g_autofree char *run = g_strdup_printf("%" PRIu64, body->run);
    g_autofree char *attempt = g_strdup_printf("%" PRIu32, body->attempt);
    g_autofree char *deadline =
        body->deadline != EXECZ_TIME_NEVER ? ez_format_time(body->deadline) : NULL;

    environment = set_text(environment, "EXECZ_TASK", body->task->id);
    environment = set_text(environment, "EXECZ_RUN", run);
    environment = set_text(environment, "EXECZ_RUN_KEY", key);
    environment = set_text(environment, "EXECZ_SCHEDULED", scheduled);
    environment = set_text(environment, "EXECZ_ATTEMPT", attempt);
    environment = set_text(environment, "EXECZ_EXECUTOR", body->executor);
    return set_text(environment, "EXECZ_DEADLINE", deadline); /* unset: not that of our own run */
}

char **
ez_spawn_environment(const ez_body *body, execz_error *err)
{
    const char *const *entry = body->task->env;
    char **environment = g_get_environ();

    for (; entry != NULL && *entry != NULL; entry++) {
        const char *equals = strchr(*entry, '=');
        g_autofree char *name = NULL;

        if (equals == NULL || equals == *entry) {
            ez_fail(err, EXECZ_E_INVAL, "environment entry '%s' is not NAME=value", *entry);
            g_strfreev(environment);
            return NULL;
        }
        name = g_strndup(*entry, (size_t)(equals - *entry));
        environment = g_environ_setenv(environment, name, equals + 1, TRUE);
    }
    return set_facts(environment, body);
}

/* ---- program ---- */

static bool
is_file(const char *path)
{
    struct stat facts;

    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
}

static execz_status
find_in_path(const char *name, const char *path, const char *base, char **program_out,
             execz_error *err)
{
    g_auto(GStrv) directories = g_strsplit(path, ":", -1);
    g_autofree char *useless = NULL;

    for (char **directory = directories; *directory != NULL; directory++) {
        const char *from =
            **directory == '/' ? "" : base; /* an empty one is the working directory */
        g_autofree char *program = g_build_filename(from, *directory, name, NULL);

        if (is_file(program) && eaccess(program, X_OK) == 0) {
            *program_out = g_steal_pointer(&program);
            return EXECZ_OK;
        }
        if (is_file(program) && useless == NULL) {
            useless = g_steal_pointer(&program);
        }
    }
    if (useless != NULL) {
        return ez_fail(err, EXECZ_E_PERMISSION, "program '%s': %s is not executable", name,
                       useless);
    }
    return ez_fail(err, EXECZ_E_NOT_FOUND, "program '%s' was not found in PATH (%s)", name, path);
}

/* The file to be run, as the command's own PATH and working directory say. */
static execz_status
find_program(const execz_task *task, char **environment, char **program_out, execz_error *err)
{
    const char *path = g_environ_getenv(environment, "PATH");
    g_autofree char *base = g_canonicalize_filename(task->cwd != NULL ? task->cwd : ".", NULL);

    if (task->argv == NULL || task->argv[0] == NULL || task->argv[0][0] == '\0') {
        return ez_fail(err, EXECZ_E_INVAL, "the command names no program");
    }
    if (strchr(task->argv[0], '/') != NULL) {
        *program_out = task->argv[0][0] == '/' ? g_strdup(task->argv[0])
                                               : g_build_filename(base, task->argv[0], NULL);
        return EXECZ_OK;
    }
    return find_in_path(task->argv[0], path != NULL ? path : DEFAULT_PATH, base, program_out, err);
}

static execz_status
check_cwd(const char *cwd, execz_error *err)
{
    struct stat facts;

    if (cwd == NULL) {
        return EXECZ_OK;
    }
    if (stat(cwd, &facts) != 0) {
        return ez_fail(err, EXECZ_E_NOT_FOUND, "cannot use the working directory '%s': %s", cwd,
                       g_strerror(errno));
    }
    if (!S_ISDIR(facts.st_mode)) {
        return ez_fail(err, EXECZ_E_INVAL, "the working directory '%s' is not a directory", cwd);
    }
    if (eaccess(cwd, X_OK) != 0) {
        return ez_fail(err, EXECZ_E_PERMISSION, "cannot enter the working directory '%s': %s", cwd,
                       g_strerror(errno));
    }
    return EXECZ_OK;
}

/* ---- process ---- */

static execz_status
explain(const char *program, int error, execz_error *err)
{
    const char *hint = "";

    if (error == ENOENT && is_file(program)) {
        hint = "; the file is there: does the interpreter named in its first line exist?";
    } else if (error == ENOEXEC) {
        hint = "; a script needs a first line such as #!/bin/sh";
    }
    return ez_fail(err, EXECZ_E_IO, "cannot run '%s': %s%s", program, g_strerror(error), hint);
}

static int
prepare_files(posix_spawn_file_actions_t *files, int output_fd, const char *cwd)
{
    int error = posix_spawn_file_actions_init(files);

    /* In this order: output_fd itself may be 0, 1 or 2 in a program that has closed those. */
    error = error ? error : posix_spawn_file_actions_adddup2(files, output_fd, 1);
    error = error ? error : posix_spawn_file_actions_adddup2(files, 1, 2);
    error = error ? error : posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);
    error = error ? error : posix_spawn_file_actions_addclosefrom_np(files, 3);
    if (error == 0 && cwd != NULL) {
        error = posix_spawn_file_actions_addchdir_np(files, cwd);
    }
    return error;
}

static int
prepare_attributes(posix_spawnattr_t *attributes)
{
    short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    sigset_t none, all;
    int error = posix_spawnattr_init(attributes);

    sigemptyset(&none);
    sigfillset(&all);
    error = error ? error : posix_spawnattr_setsigmask(attributes, &none);
    error = error ? error : posix_spawnattr_setsigdefault(attributes, &all);
    return error ? error : posix_spawnattr_setflags(attributes, flags);
}

static int
spawn(const execz_task *task, const char *program, char **environment, int output_fd,
      pid_t *pid_out)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int error = prepare_files(&files, output_fd, task->cwd);

    if (error == 0) {
        error = prepare_attributes(&attributes);
    }
    if (error == 0) {
        error = posix_spawn(pid_out, program, &files, &attributes, (char *const *)task->argv,
                            environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return error;
}

execz_status
ez_spawn_command(const ez_body *body, int output_fd, pid_t *pid_out, execz_error *err)
{
    g_auto(GStrv) environment = ez_spawn_environment(body, err);
    g_autofree char *program = NULL;
    execz_status status;
    int error;

    if (environment == NULL) {
        return EXECZ_E_INVAL;
    }
    status = check_cwd(body->task->cwd, err);
    if (status == EXECZ_OK) {
        status = find_program(body->task, environment, &program, err);
    }
    if (status != EXECZ_OK) {
        return status;
    }
    error = spawn(body->task, program, environment, output_fd, pid_out);
    return error == 0 ? EXECZ_OK : explain(program, error, err);
}

/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "support/patience.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *directory;    /* of this test, owned */
static GPtrArray *garbage; /* texts that were handed out, owned */

static char *
keep(char *text)
{
    if (garbage == NULL) {
        garbage = g_ptr_array_new_with_free_func(g_free);
    }
    g_ptr_array_add(garbage, text);
    return text;
}

char *
keep_text(const char *text)
{
    return keep(g_strdup(text));
}

static void
clean_up(void)
{
    const char *argv[] = {"rm", "-rf", "--", directory, NULL};

    (void)g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                       NULL);
    g_free(directory);
    if (garbage != NULL) {
        g_ptr_array_unref(garbage);
    }
}

const char *
own_directory(void)
{
    if (directory == NULL) {
        directory = g_dir_make_tmp("execz-integration-XXXXXX", NULL);
        cr_assert(directory != NULL);
        atexit(clean_up);
    }
    return directory;
}

char *
own_path(const char *name)
{
    return keep(g_build_filename(own_directory(), name, NULL));
}

char *
own_file(const char *name, const char *text)
{
    char *path = own_path(name);

    cr_assert(g_file_set_contents(path, text, -1, NULL), "%s", path);
    return path;
}

/* ---- running -------------------------------------------------------------------------------- */

/* Nothing of whoever runs the tests changes what they see. */
static char **
environment(void)
{
    static const char *const unset[] = {"EXECZ_PLUGIN_PATH", "EXECZ_FUNCTION_PATH",
                                        "NO_COLOR",          "XDG_DATA_HOME",
                                        "PKG_CONFIG_PATH",   "XDG_CONFIG_HOME"};
    char **env = g_get_environ();

    for (size_t i = 0; i < G_N_ELEMENTS(unset); i++) {
        env = g_environ_unsetenv(env, unset[i]);
    }
    env = g_environ_setenv(env, "HOME", own_directory(), TRUE);
    env = g_environ_setenv(env, "EXECZ_SOCKET", own_path("execz.sock"), TRUE);
    env = g_environ_setenv(env, "EXECZ_STATE_DIR", own_path("state"), TRUE);
    env = g_environ_setenv(env, "TMPDIR", own_directory(), TRUE);
    env = g_environ_setenv(env, "LC_ALL", "C.UTF-8", TRUE);
    return g_environ_setenv(env, "TZ", "UTC", TRUE);
}

static GPtrArray *
collect(GPtrArray *argv, const char *first, va_list more)
{
    for (const char *word = first; word != NULL; word = va_arg(more, const char *)) {
        g_ptr_array_add(argv, (char *)word);
    }
    g_ptr_array_add(argv, NULL);
    return argv;
}

static ended
run(char **argv)
{
    g_auto(GStrv) env = environment();
    g_autoptr(GError) why = NULL;
    ended result = {0};
    int status = 0;
    gboolean ran = g_spawn_sync(own_directory(), argv, env, G_SPAWN_SEARCH_PATH, NULL, NULL,
                                &result.out, &result.err, &status, &why);

    cr_assert(ran, "%s", why == NULL ? "" : why->message);
    keep(result.out);
    keep(result.err);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

ended
run_execz(const char *first, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    va_list more;

    g_ptr_array_add(argv, (char *)EXECZ_PROGRAM);
    va_start(more, first);
    collect(argv, first, more);
    va_end(more);
    return run((char **)argv->pdata);
}

ended
run_program(const char *first, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    va_list more;

    va_start(more, first);
    collect(argv, first, more);
    va_end(more);
    return run((char **)argv->pdata);
}

/* Opens a terminal; nobody else has its master. */
static int
open_terminal(int *master_out)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int terminal;

    cr_assert(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    terminal = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    cr_assert(terminal >= 0);
    *master_out = master;
    return terminal;
}

/* Until the last one who has the terminal open is gone. */
static char *
read_terminal(int master)
{
    GString *text = g_string_new(NULL);
    char bytes[4096];
    ssize_t n;

    while ((n = read(master, bytes, sizeof bytes)) > 0 || (n < 0 && errno == EINTR)) {
        g_string_append_len(text, bytes, MAX(0, n));
    }
    close(master);
    return keep(g_string_free(text, FALSE));
}

ended
run_on_terminal(const char *first, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_auto(GStrv) env = environment();
    ended result = {0};
    int master, status = 0;
    int terminal = open_terminal(&master);
    va_list more;
    GPid pid;

    va_start(more, first);
    collect(argv, first, more);
    va_end(more);
    cr_assert(g_spawn_async_with_fds(own_directory(), (char **)argv->pdata, env,
                                     G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                     &pid, terminal, terminal, terminal, NULL));
    close(terminal);
    result.out = read_terminal(master);
    cr_assert(eq(int, (int)waitpid(pid, &status, 0), (int)pid));
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

live
start_execz(const char *first, ...)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_auto(GStrv) env = environment();
    g_autoptr(GError) why = NULL;
    live self = {0, -1, g_string_new(NULL), NULL};
    gboolean ran;
    va_list more;

    g_ptr_array_add(argv, (char *)"/bin/sh");
    g_ptr_array_add(argv, (char *)"-c");
    g_ptr_array_add(argv, (char *)"exec \"$0\" \"$@\" 2>&1");
    g_ptr_array_add(argv, (char *)EXECZ_PROGRAM);
    va_start(more, first);
    collect(argv, first, more);
    va_end(more);
    ran = g_spawn_async_with_pipes(own_directory(), (char **)argv->pdata, env,
                                   G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &self.pid, NULL, &self.fd,
                                   NULL, &why);
    cr_assert(ran, "%s", why == NULL ? "" : why->message);
    return self;
}

/* Reads a piece; false at the end. */
static bool
read_more(live *self)
{
    struct pollfd ready = {.fd = self->fd, .events = POLLIN};
    char piece[4096];
    ssize_t n;

    if (poll(&ready, 1, PATIENCE_MS) <= 0) {
        (void)kill(self->pid, SIGKILL);
        cr_assert(false, "nothing more came than:\n%s", self->out->str);
    }
    n = read(self->fd, piece, sizeof piece);
    if (n > 0) {
        g_string_append_len(self->out, piece, n);
    }
    return n > 0;
}

void
await(live *self, const char *text)
{
    while (strstr(self->out->str, text) == NULL) {
        cr_assert(read_more(self), "%s did not come, but:\n%s", text, self->out->str);
    }
}

void
await_more(live *self)
{
    cr_assert(read_more(self), "nothing more came than:\n%s", self->out->str);
}

void
await_file(const char *name)
{
    const char *path = own_path(name);

    for (int waited = 0; !g_file_test(path, G_FILE_TEST_EXISTS); waited += 5) {
        cr_assert(lt(int, waited, PATIENCE_MS), "%s did not appear", path);
        (void)poll(NULL, 0, 5);
    }
}

int
await_end(live *self)
{
    int status = 0;

    while (read_more(self)) {
    }
    close(self->fd);
    cr_assert(waitpid(self->pid, &status, 0) == self->pid);
    self->text = keep(g_string_free(self->out, FALSE));
    self->out = NULL;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- looking -------------------------------------------------------------------------------- */

static bool
is_gone(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;
    const char *state;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return true;
    }
    state = strrchr(text, ')');
    return state == NULL || strchr("ZX", state[2]) != NULL;
}

void
await_gone(pid_t pid)
{
    for (int waited = 0; !is_gone(pid); waited += 5) {
        cr_assert(lt(int, waited, PATIENCE_MS), "process %d is still there", (int)pid);
        (void)poll(NULL, 0, 5);
    }
}

pid_t
own_pid(const char *name)
{
    g_autofree char *text = NULL;

    cr_assert(g_file_get_contents(own_path(name), &text, NULL, NULL), "%s", name);
    return (pid_t)g_ascii_strtoll(text, NULL, 10);
}

char *
line_with(const char *text, const char *word, const char *other)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        if (strstr(*line, word) != NULL && strstr(*line, other) != NULL) {
            return keep(g_strdup(*line));
        }
    }
    return NULL;
}

unsigned
count_of(const char *text, const char *word)
{
    unsigned n = 0;

    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + strlen(word), word)) {
        n++;
    }
    return n;
}

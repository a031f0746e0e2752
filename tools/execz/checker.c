/* SPDX-License-Identifier: MIT */
#include "checker.h"

#include "check_process.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include <execz/execz.h>

/* ---- the program ------------------------------------------------------------------------------ */

/* It lies in the directory "execz" beside libexecz, wherever that is. */
static char *
find_program(void)
{
    Dl_info facts;
    char *real;
    char *program;
    g_autofree char *directory = NULL;

    if (dladdr((const void *)(uintptr_t)execz_catalog_new, &facts) == 0) {
        return NULL;
    }
    real = realpath(facts.dli_fname, NULL);
    directory = g_path_get_dirname(real == NULL ? facts.dli_fname : real);
    free(real);
    program = g_build_filename(directory, "execz", "execz-plugin-check", NULL);
    return program;
}

static const char *
text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static json_t *
ask_for_list(const char *program, char **message_out)
{
    const char *argv[] = {program, "--list", NULL};
    g_autofree char *out = NULL;
    g_autoptr(GError) error = NULL;
    json_t *list = NULL;

    if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, NULL,
                      &error)) {
        *message_out = g_strdup_printf("the program that makes the checks cannot be run: %s; it is "
                                       "part of execz, install that again",
                                       error->message);
        return NULL;
    }
    list = json_loads(out, 0, NULL);
    if (!json_is_array(list)) {
        *message_out = g_strdup_printf("%s does not tell which checks it has; it is part of execz, "
                                       "install that again",
                                       program);
        json_decref(list);
        return NULL;
    }
    return list;
}

bool
ez_checker_open(ez_checker *self, char **message_out)
{
    json_t *one;
    size_t i;

    self->program = find_program();
    self->list = ask_for_list(self->program, message_out);
    self->results = g_array_new(FALSE, TRUE, sizeof(ez_check_result));
    json_array_foreach(self->list, i, one)
    {
        ez_check_result result = {
            .name = text_of(one, "name"),
            .needs = text_of(one, "needs"),
            .where = text_of(one, "where"),
            .rule = text_of(one, "rule"),
            .fix = text_of(one, "fix"),
            .is_advice = json_is_true(json_object_get(one, "advice")),
        };

        g_array_append_val(self->results, result);
    }
    return self->list != NULL;
}

void
ez_checker_close(ez_checker *self)
{
    for (guint i = 0; i < self->results->len; i++) {
        ez_check_result *result = &g_array_index(self->results, ez_check_result, i);

        g_free(result->message);
        g_free(result->output);
    }
    g_array_unref(self->results);
    json_decref(self->list);
    g_free(self->program);
    g_free(self->preload);
}

char *
ez_check_stage(const ez_check_result *result)
{
    return g_strndup(result->name, strcspn(result->name, "."));
}

/* ---- sanitizers and valgrind ------------------------------------------------------------------ */

/* The name of the library that file needs and that begins so; NULL if there is none.  A library's
 * name stands as text in the file, and in the plugin's own it is not likely to be for another
 * reason. */
static char *
find_needed(const char *file, const char *prefix)
{
    g_autofree char *bytes = NULL;
    gsize length = 0, prefix_length = strlen(prefix);

    if (!g_file_get_contents(file, &bytes, &length, NULL)) {
        return NULL;
    }
    for (gsize i = 1; i + prefix_length < length; i++) {
        if (bytes[i - 1] == '\0' && memcmp(bytes + i, prefix, prefix_length) == 0) {
            return g_strndup(bytes + i, strnlen(bytes + i, length - i));
        }
    }
    return NULL;
}

/* Adds options to those that a variable has. */
static char **
add_options(char **env, const char *variable, const char *options)
{
    const char *before = g_environ_getenv(env, variable);
    g_autofree char *all =
        before == NULL ? g_strdup(options) : g_strdup_printf("%s:%s", before, options);

    return g_environ_setenv(env, variable, all, TRUE);
}

static char **
environment(const ez_checker *self)
{
    static const char stop[] = "halt_on_error=1:abort_on_error=1:exitcode=66";
    char **env = g_get_environ();

    if (self->under == EZ_UNDER_ASAN || self->under == EZ_UNDER_TSAN) {
        env = g_environ_setenv(env, "LD_PRELOAD", self->preload, TRUE);
        env = add_options(env, "ASAN_OPTIONS", stop);
        env = add_options(env, "TSAN_OPTIONS", stop);
    }
    /* A check may end amid its threads, and nobody has to wait a second for what they may still do. */
    env = add_options(env, "TSAN_OPTIONS", "report_thread_leaks=0:atexit_sleep_ms=0");
    /* So that a leak of a byte is one. */
    return g_environ_setenv(env, "G_SLICE", "always-malloc", TRUE);
}

/* The Debian package of "libasan.so.8": "libasan8".  Caller frees. */
static char *
package_of(const char *library)
{
    g_auto(GStrv) parts = g_strsplit(library, ".so.", 2);

    return g_strconcat(parts[0], parts[1], NULL);
}

/* Whether a program runs here with the sanitizer's library before all others. */
static bool
try_library(const ez_checker *self, char **message_out)
{
    const char *argv[] = {self->program, "--list", NULL};
    g_auto(GStrv) env = environment(self);
    g_autofree char *package = package_of(self->preload);
    g_autofree char *said = NULL;
    int status = 0;

    if (!g_spawn_sync(NULL, (char **)argv, env, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, &said,
                      &status, NULL)) {
        said = g_strdup("it cannot be run");
    }
    if (strstr(said, "cannot be preloaded") != NULL) {
        *message_out =
            g_strdup_printf("%s needs %s, which is not installed here: it comes with the "
                            "gcc that has built it (Debian: apt install %s)",
                            self->file, self->preload, package);
    } else if (status != 0) {
        *message_out = g_strdup_printf("nothing runs here with %s: %.*s", self->preload,
                                       (int)strcspn(said, "\n"), said);
    }
    return *message_out == NULL;
}

static bool
find_valgrind(char **message_out)
{
    g_autofree char *valgrind = g_find_program_in_path("valgrind");

    if (valgrind == NULL) {
        *message_out = g_strdup("valgrind is not installed here (Debian: apt install valgrind)");
    }
    return valgrind != NULL;
}

bool
ez_checker_prepare(ez_checker *self, char **message_out)
{
    bool asan = self->under == EZ_UNDER_ASAN;
    const char *which = asan ? "address" : "thread";

    if (self->under == EZ_UNDER_VALGRIND) {
        return find_valgrind(message_out);
    }
    if (self->under == EZ_UNDER_NOTHING) {
        return true;
    }
    self->preload = find_needed(self->file, asan ? "libasan.so." : "libtsan.so.");
    if (self->preload == NULL) {
        *message_out =
            g_strdup_printf("%s was not built with the %s sanitizer of gcc: build it with "
                            "-fsanitize=%s -fno-omit-frame-pointer -g (make CFLAGS=..., cmake "
                            "-DCMAKE_C_FLAGS=...) and check that file",
                            self->file, which, which);
        return false;
    }
    return try_library(self, message_out);
}

/* ---- one check -------------------------------------------------------------------------------- */

static GPtrArray *
command_line(const ez_checker *self, const ez_check_result *result)
{
    static const char *const valgrind[] = {
        "valgrind",
        "--quiet",
        "--error-exitcode=66",
        "--leak-check=full",
        "--errors-for-leak-kinds=definite",
        "--show-leak-kinds=definite",
        "--child-silent-after-fork=yes",
        "--fair-sched=try"}; /* who waits awake for others, waits for ever without */
    GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);
    int64_t patience = self->timeout / EXECZ_MILLISECOND * 8 / 10; /* before it is ended */

    for (size_t i = 0; self->under == EZ_UNDER_VALGRIND && i < G_N_ELEMENTS(valgrind); i++) {
        g_ptr_array_add(argv, g_strdup(valgrind[i]));
    }
    g_ptr_array_add(argv, g_strdup(self->program));
    g_ptr_array_add(argv, g_strdup(result->name));
    g_ptr_array_add(argv, g_strdup(self->file));
    g_ptr_array_add(argv, g_strdup_printf("seed=%" G_GUINT64_FORMAT, self->seed));
    g_ptr_array_add(argv, g_strdup_printf("patience=%" G_GINT64_FORMAT, patience));
    if (self->executor != NULL) {
        g_ptr_array_add(argv, g_strdup_printf("executor=%s", self->executor));
    }
    for (guint i = 0; i < self->set->len; i++) {
        g_ptr_array_add(argv, g_strdup_printf("set=%s", (char *)self->set->pdata[i]));
    }
    g_ptr_array_add(argv, NULL);
    return argv;
}

void
ez_checker_run(const ez_checker *self, ez_check_result *result)
{
    g_autoptr(GPtrArray) argv = command_line(self, result);
    g_auto(GStrv) env = environment(self);
    ez_check_process process = {.timeout = self->timeout};

    ez_check_process_run(&process, (char **)argv->pdata, env);
    result->verdict =
        process.verdict == EZ_CHECK_FAILED && result->is_advice ? EZ_CHECK_ADVICE : process.verdict;
    result->message = process.message;
    result->output = process.output;
    result->took = process.took;
}

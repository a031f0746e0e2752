/* SPDX-License-Identifier: MIT */
#include "edit_file.h"

#include "ask.h"
#include "control/client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file, by what the scheduler says of itself.  Caller frees; NULL with *exit_out. */
static char *
find_file(const char *socket, const char *id, int *exit_out)
{
    json_t *status = NULL;
    const char *config;
    char *path = NULL;

    *exit_out = ez_client_ask(socket, ez_ask_for("status"), &status);
    config = ez_ask_text(status, "config");
    if (*exit_out == EZ_EXIT_OK && config == NULL) {
        fprintf(stderr, "execz: the scheduler was started without a configuration, so there is no "
                        "file to write to\n");
        *exit_out = EZ_EXIT_CONFLICT;
    } else if (config != NULL) {
        path = g_strdup_printf("%s.d/%s.conf", config, id);
    }
    json_decref(status);
    return path;
}

/* "KEY" of a line "KEY = VALUE"; caller frees; NULL if it is none. */
static char *
key_of(const char *line)
{
    const char *equals = strchr(line, '=');

    return equals == NULL || line[0] == '#' || line[0] == '['
               ? NULL
               : g_strchomp(g_strndup(line, (size_t)(equals - line)));
}

/* The text with the keys set: lines that are there are replaced, others come to the end. */
static char *
merge(const char *before, const char *id, const json_t *set)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(before, "\n", -1);
    const char *key;
    const json_t *value;

    for (char **line = lines; *line != NULL; line++) {
        g_autofree char *old = key_of(*line);

        if ((*line)[0] != '\0' && (old == NULL || json_object_get(set, old) == NULL)) {
            g_string_append_printf(text, "%s\n", *line);
        }
    }
    if (text->len == 0) {
        g_string_printf(text, "# Written by execz add and update.\n[task:%s]\n", id);
    }
    json_object_foreach((json_t *)set, key, value)
    {
        g_string_append_printf(text, "%s = %s\n", key, json_string_value(value));
    }
    return g_strdup(text->str);
}

static int
report(const char *what, const char *path)
{
    int error = errno;

    fprintf(stderr, "execz: cannot %s %s: %s\n", what, path, g_strerror(error));
    return error == EACCES || error == EPERM || error == EROFS ? EZ_EXIT_PERMISSION
                                                               : EZ_EXIT_FAILED;
}

/* As it was: NULL if it was not there. */
static void
restore(const char *path, const char *before)
{
    if (before == NULL) {
        (void)unlink(path);
    } else {
        (void)g_file_set_contents(path, before, -1, NULL);
    }
}

static bool
has_line_feed(const json_t *set)
{
    const char *key;
    const json_t *value;

    json_object_foreach((json_t *)set, key, value)
    {
        if (strchr(json_string_value(value), '\n') != NULL) {
            return true;
        }
    }
    return false;
}

/* Puts text in the place of what the file has; before is that, NULL if there was no file. */
static int
write_and_reload(const char *socket, const char *path, const char *before, const char *text)
{
    g_autofree char *directory = g_path_get_dirname(path);
    g_autoptr(GError) why = NULL;
    json_t *result = NULL;
    int status;

    if (mkdir(directory, 0755) != 0 && errno != EEXIST) {
        return report("make", directory);
    }
    if (!g_file_set_contents(path, text, -1, &why)) {
        errno = g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_ACCES) ? EACCES : EIO;
        return report("write", path);
    }
    (void)chmod(path, 0644);
    status = ez_client_ask(socket, ez_ask_for("reload"), &result);
    if (status != EZ_EXIT_OK) {
        restore(path, before);
        fprintf(stderr, "execz: %s is as it was before\n", path);
    } else {
        printf("%s is written, and the scheduler has reloaded\n", path);
    }
    json_decref(result);
    return status;
}

int
ez_edit_file(const char *socket, const char *id, const json_t *set)
{
    int status;
    g_autofree char *path = find_file(socket, id, &status);
    g_autofree char *before = NULL;
    g_autofree char *text = NULL;

    if (path == NULL) {
        return status;
    }
    if (has_line_feed(set)) {
        fprintf(stderr,
                "execz: a value of a configuration is one line, and one of these is more\n");
        return EZ_EXIT_USAGE;
    }
    (void)g_file_get_contents(path, &before, NULL, NULL);
    text = merge(before == NULL ? "" : before, id, set);
    return write_and_reload(socket, path, before, text);
}

int
ez_edit_write(const char *socket, const char *name, const char *text)
{
    int status;
    g_autofree char *path = find_file(socket, name, &status);
    g_autofree char *before = NULL;

    if (path == NULL) {
        return status;
    }
    (void)g_file_get_contents(path, &before, NULL, NULL);
    return write_and_reload(socket, path, before, text);
}

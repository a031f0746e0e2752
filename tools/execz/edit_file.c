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

/* ---- merging -------------------------------------------------------------------------------- */

/* A file that people may have written in, too: what is not about these keys of this task stays. */
typedef struct merging {
    GString *text;
    const char *header; /* "[task:ID]" */
    const json_t *set;
    bool within; /* the section of the task */
    bool done;   /* the keys are set */
} merging;

/* Whether the value of a line goes on in the next one; those of sections and comments have none. */
static bool
goes_on(const char *line, bool is_rest)
{
    g_autofree char *bare = g_strstrip(g_strdup(line));

    return (is_rest || strchr("[#;", bare[0]) == NULL) && g_str_has_suffix(bare, "\\");
}

static void
put_keys(merging *self)
{
    const char *key;
    const json_t *value;

    json_object_foreach((json_t *)self->set, key, value)
    {
        g_string_append_printf(self->text, "%s = %s\n", key, json_string_value(value));
    }
    self->done = true;
}

/* Whether a line is to stay, the first of those that go on. */
static bool
stays(merging *self, const char *line)
{
    g_autofree char *bare = g_strstrip(g_strdup(line));
    char *equals = strchr(bare, '=');

    if (bare[0] == '[') {
        if (self->within && !self->done) {
            put_keys(self);
        }
        self->within = strcmp(bare, self->header) == 0;
        return true;
    }
    if (!self->within || equals == NULL || bare[0] == '#' || bare[0] == ';') {
        return true;
    }
    *equals = '\0';
    return json_object_get(self->set, g_strchomp(bare)) == NULL;
}

/* The text with the keys set: those that are there are replaced, others come to the end of the section. */
static char *
merge(const char *before, const char *id, const json_t *set)
{
    g_autofree char *header = g_strdup_printf("[task:%s]", id);
    g_auto(GStrv) lines = g_strsplit(before, "\n", -1);
    merging self = {g_string_new(NULL), header, set, false, false};
    bool more = false, keep = true;

    if (before[0] == '\0') {
        g_string_append(self.text, "# Written by execz add and update.\n");
    }
    for (char **line = lines; *line != NULL; line++) {
        keep = more ? keep : stays(&self, *line);
        more = goes_on(*line, more);
        if (keep &&
            ((*line)[0] != '\0' || line[1] != NULL)) { /* behind the last line end is none */
            g_string_append_printf(self.text, "%s\n", *line);
        }
    }
    if (!self.done) {
        g_string_append_printf(self.text, "%s%s", self.within ? "" : header,
                               self.within ? "" : "\n");
        put_keys(&self);
    }
    return g_string_free(self.text, FALSE);
}

/* Whether a value can stand in a configuration as it is. */
static bool
is_raw(const char *value)
{
    g_autofree char *bare = g_strstrip(g_strdup(value));

    return strcmp(bare, value) == 0 && strpbrk(value, "\r\n") == NULL && !goes_on(value, true);
}

static bool
are_raw(const json_t *set)
{
    const char *key;
    const json_t *value;

    json_object_foreach((json_t *)set, key, value)
    {
        if (!is_raw(json_string_value(value))) {
            return false;
        }
    }
    return true;
}

/* ---- writing -------------------------------------------------------------------------------- */

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

/* What the file has, NULL if it is not there; false if that cannot be told. */
static bool
read_before(const char *path, char **before_out, int *exit_out)
{
    g_autoptr(GError) why = NULL;

    if (g_file_get_contents(path, before_out, NULL, &why) ||
        g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
        return true;
    }
    errno = g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_ACCES) ? EACCES : EIO;
    *exit_out = report("read", path);
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
    if (!are_raw(set)) {
        fprintf(stderr,
                "execz: a value of a configuration is one line, without blanks around it and "
                "without a '\\' at its end, and one of these is not\n");
        return EZ_EXIT_USAGE;
    }
    if (!read_before(path, &before, &status)) {
        return status;
    }
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
    return !read_before(path, &before, &status) ? status
                                                : write_and_reload(socket, path, before, text);
}

/* SPDX-License-Identifier: MIT */
/*
 * One line for each alias, "threadpool sha256:HEX"; '#' begins a comment.  What the trust rules cannot
 * see, a file that somebody trusted has exchanged by mistake or was made to, this does.  The sum is
 * that of the bytes that are mapped; see verify.c.
 *
 * What is wrong with the file is not told when it is read but when it is asked, so that the scheduler
 * comes up, shows which tasks are blocked, and why.
 */
#include "plugin/lock.h"

#include "base/error.h"
#include "plugin/codes.h"
#include "plugin/manifest.h"

#include <string.h>

#define PREFIX "sha256:"
#define REMEDY "fix: execz plugin lock -c CONFIGURATION, if the files are those you want"

struct ez_lock {
    char *path; /* owned; NULL: none */
    bool required;
    GHashTable *sums;   /* alias -> hexadecimal digits, both owned */
    execz_error broken; /* status EXECZ_OK: the file is sound, or there is none */
};

static bool
is_sum(const char *text)
{
    return strlen(text) == EZ_SUM_SIZE - 1 && strspn(text, "0123456789abcdef") == EZ_SUM_SIZE - 1;
}

static execz_status
read_line(ez_lock *self, char *line, unsigned number, execz_error *err)
{
    g_auto(GStrv) words = NULL;
    g_auto(GStrv) aliases = NULL;

    line[strcspn(line, "#\r")] = '\0';
    g_strstrip(line);
    if (line[0] == '\0') {
        return EXECZ_OK;
    }
    words = g_strsplit(line, " ", 2);
    aliases = ez_manifest_aliases(words[0]);
    if (aliases == NULL || words[1] == NULL || !g_str_has_prefix(words[1], PREFIX) ||
        !is_sum(words[1] + strlen(PREFIX))) {
        return ez_plugin_fail(err, EZ_P_LOCK_FILE,
                              "%s:%u: '%.80s' is not like 'threadpool " PREFIX
                              "' and 64 hexadecimal digits; " REMEDY,
                              self->path, number, line);
    }
    if (!g_hash_table_insert(self->sums, g_strdup(words[0]), g_strdup(words[1] + strlen(PREFIX)))) {
        return ez_plugin_fail(err, EZ_P_LOCK_FILE, "%s:%u: the alias '%.80s' comes twice; " REMEDY,
                              self->path, number, words[0]);
    }
    return EXECZ_OK;
}

static execz_status
read_lines(ez_lock *self, const ez_image *image, execz_error *err)
{
    g_autofree char *text = g_strndup((const char *)image->bytes, image->size);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    execz_status status = EXECZ_OK;

    if (strlen(text) < image->size) { /* what is behind it would not be read */
        return ez_plugin_fail(err, EZ_P_LOCK_FILE, "%s has a NUL byte, so it is no text; " REMEDY,
                              self->path);
    }
    for (unsigned i = 0; lines[i] != NULL && status == EXECZ_OK; i++) {
        status = read_line(self, lines[i], i + 1, err);
    }
    return status;
}

static execz_status
read_file(ez_lock *self, execz_error *err)
{
    execz_error why = EXECZ_ERROR_INIT;
    g_autoptr(ez_image) image = self->path == NULL ? NULL : ez_image_open(self->path, &why);

    if (image != NULL) {
        return read_lines(self, image, err);
    }
    if (self->path != NULL && why.status != EXECZ_E_NOT_FOUND) {
        return ez_plugin_fail(err, EZ_P_LOCK_FILE, "plugins.lock cannot be trusted: %s",
                              why.message);
    }
    if (!self->required) {
        return EXECZ_OK;
    }
    return ez_plugin_fail(err, EZ_P_LOCK_FILE,
                          "require_lock is set, and there is no lock file %s; " REMEDY,
                          self->path == NULL ? "named" : self->path);
}

ez_lock *
ez_lock_new(const char *path, bool required)
{
    ez_lock *self = g_new0(ez_lock, 1);

    self->path = g_strdup(path);
    self->required = required;
    self->sums = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->broken = (execz_error)EXECZ_ERROR_INIT;
    read_file(self, &self->broken);
    return self;
}

void
ez_lock_free(ez_lock *self)
{
    if (self != NULL) {
        g_hash_table_unref(self->sums);
        g_free(self->path);
        g_free(self);
    }
}

execz_status
ez_lock_check(const ez_lock *self, const ez_plugin_file *file, const char *alias, execz_error *err)
{
    const char *sum = self == NULL ? NULL : g_hash_table_lookup(self->sums, alias);

    if (self == NULL) {
        return EXECZ_OK;
    }
    if (self->broken.status != EXECZ_OK) {
        return ez_fail_code(err, self->broken.status, self->broken.code, "%s",
                            self->broken.message);
    }
    if (sum == NULL && self->required) {
        return ez_plugin_fail(
            err, EZ_P_LOCK_MISSING,
            "%s: require_lock is set, and %s does not have the alias '%s'; " REMEDY, file->path,
            self->path, alias);
    }
    if (sum != NULL && strcmp(sum, file->key.sum) != 0) {
        return ez_plugin_fail(
            err, EZ_P_LOCK_DIFFERS,
            "%s: its sha256 is %s, but %s has %s for '%s': somebody has exchanged "
            "the file; " REMEDY,
            file->path, file->key.sum, self->path, sum, alias);
    }
    return EXECZ_OK;
}

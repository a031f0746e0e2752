/* SPDX-License-Identifier: MIT */
#include "config/files.h"

#include "base/error.h"
#include "config/ini.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Opens a regular file; anything else could block, or never end. */
static int
open_regular(const char *path, execz_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat facts;

    if (fd < 0) {
        ez_fail(err, EXECZ_E_IO, "cannot read %s: %s", path, g_strerror(errno));
        return -1;
    }
    if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        close(fd);
        ez_fail(err, EXECZ_E_IO, "cannot read %s: it is %s; a configuration is a regular file",
                path, S_ISDIR(facts.st_mode) ? "a directory" : "not a regular file");
        return -1;
    }
    return fd;
}

/* Reads at most limit bytes. */
static GString *
read_all(int fd, size_t limit, const char *path, execz_error *err)
{
    GString *text = g_string_new(NULL);
    char part[16384];

    while (text->len < limit) {
        ssize_t n = read(fd, part, MIN(sizeof part, limit - text->len));

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            ez_fail(err, EXECZ_E_IO, "cannot read %s: %s", path, g_strerror(errno));
            g_string_free(text, TRUE);
            return NULL;
        }
        if (n == 0) {
            break;
        }
        g_string_append_len(text, part, n);
    }
    return text;
}

static execz_status
read_file(ez_document *document, const char *path, ez_report *report, execz_error *err)
{
    int fd = open_regular(path, err);
    const char *file;
    GString *text;

    if (fd < 0) {
        return EXECZ_E_IO;
    }
    text = read_all(fd, EZ_CONFIG_FILE_MAX + 1, path, err);
    close(fd);
    if (text == NULL) {
        return EXECZ_E_IO;
    }
    file = ez_document_add_file(document, path);
    if (text->len > EZ_CONFIG_FILE_MAX) {
        ez_config_problem(report, (ez_place){file, 0, 0}, EZ_C_FILE_TOO_LARGE,
                          "the file is larger than 1 MiB and was not read; move parts of it into "
                          "drop-in files, %s.d/NAME.conf",
                          (char *)document->files->pdata[0]);
        document->damaged = true;
    } else {
        ez_ini_read(document, file, text->str, text->len, report);
    }
    g_string_free(text, TRUE);
    return EXECZ_OK;
}

static void
report_unreadable(ez_document *document, const char *path, const char *message, ez_report *report)
{
    const char *file = ez_document_add_file(document, path);

    ez_config_problem(report, (ez_place){file, 0, 0}, EZ_C_UNREADABLE, "%s", message);
    document->damaged = true;
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of the drop-ins in directory, sorted; empty if there is no such directory. */
static GPtrArray *
list_dropins(ez_document *document, const char *directory, ez_report *report)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) why = NULL;
    g_autoptr(GDir) dir = g_dir_open(directory, 0, &why);
    const char *name;

    if (dir == NULL) {
        if (!g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
            report_unreadable(document, directory, why->message, report);
        }
        return names;
    }
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (name[0] != '.' && g_str_has_suffix(name, ".conf")) {
            g_ptr_array_add(names, g_strdup(name));
        }
    }
    g_ptr_array_sort(names, compare_names);
    return names;
}

execz_status
ez_files_read(ez_document *document, const char *path, ez_report *report, execz_error *err)
{
    g_autofree char *directory = g_strconcat(path, ".d", NULL);
    g_autoptr(GPtrArray) names = NULL;
    execz_status status = read_file(document, path, report, err);

    if (status != EXECZ_OK) {
        return status;
    }
    names = list_dropins(document, directory, report);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *dropin = g_build_filename(directory, names->pdata[i], NULL);
        execz_error why = EXECZ_ERROR_INIT;

        if (read_file(document, dropin, report, &why) != EXECZ_OK) {
            report_unreadable(document, dropin, why.message, report);
        }
    }
    return EXECZ_OK;
}

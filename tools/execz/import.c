/* SPDX-License-Identifier: MIT */
#include "args.h"
#include "crontab.h"
#include "edit_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char help[] =
    "usage: execz import crontab FILE [--dry-run] [--socket PATH]\n"
    "\n"
    "Makes tasks of the lines of a crontab, FILE or - for stdin.  They keep their meaning: the\n"
    "days of month OR of the week, % for input, variables, CRON_TZ.  Each line that cannot be taken\n"
    "over, or means something else now, is named.  Nothing is written if a line cannot be.\n"
    "\n"
    "  -n, --dry-run    write the configuration to stdout, and nothing else\n"
    "  --socket PATH    the scheduler's socket; without --dry-run the tasks are written into\n"
    "                   CONFIG.d/crontab.conf beside its configuration, and it reloads\n"
    "\n"
    "exit status: 0 ok, 1 the file or some of its lines cannot be taken over, 2 usage,\n"
    "             4 no scheduler runs, 5 no such file, 7 the scheduler has no configuration\n"
    "\n"
    "example: crontab -l | execz import crontab - --dry-run >tasks.conf\n";
/* clang-format on */

#define CRONTAB_MAX ((size_t)4 << 20) /* bytes */

static char *
report_unreadable(const char *path, int error, int *exit_out)
{
    fprintf(stderr, "execz: cannot read %s: %s\n", path, g_strerror(error));
    *exit_out = error == ENOENT ? EZ_EXIT_NOT_FOUND : EZ_EXIT_FAILED;
    return NULL;
}

/* Caller frees; NULL if it cannot be read, which is said. */
static char *
read_all(const char *path, int *exit_out)
{
    g_autoptr(GString) text = g_string_new(NULL);
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char piece[8192];
    size_t n;
    int error;

    if (file == NULL) {
        return report_unreadable(path, errno, exit_out);
    }
    errno = 0;
    while ((n = fread(piece, 1, sizeof piece, file)) > 0 && text->len <= CRONTAB_MAX) {
        g_string_append_len(text, piece, (gssize)n);
    }
    error = ferror(file) != 0 ? errno : 0;
    if (file != stdin) {
        (void)fclose(file);
    }
    if (error != 0) {
        return report_unreadable(path, error, exit_out);
    }
    if (text->len > CRONTAB_MAX || memchr(text->str, '\0', text->len) != NULL) {
        fprintf(stderr, "execz: %s is no crontab: it %s\n", path,
                text->len > CRONTAB_MAX ? "has more than 4 MiB" : "has a NUL byte");
        *exit_out = EZ_EXIT_FAILED;
        return NULL;
    }
    return g_strdup(text->str);
}

static int
import(const char *path, bool dry_run, const char *socket)
{
    int status = EZ_EXIT_OK;
    g_autofree char *text = read_all(path, &status);
    ez_crontab crontab;

    if (text == NULL) {
        return status;
    }
    crontab = ez_crontab_read(text, strcmp(path, "-") == 0 ? "stdin" : path);
    fputs(crontab.notes->str, stderr);
    if (dry_run) {
        fputs(crontab.config->str, stdout);
        fflush(stdout);
    }
    fprintf(stderr, "tasks: %u; lines that cannot be taken over: %u\n", crontab.n_tasks,
            crontab.n_refused);
    if (crontab.n_refused > 0) {
        status = EZ_EXIT_FAILED;
    } else if (!dry_run) {
        status = ez_edit_write(socket, "crontab", crontab.config->str);
    }
    ez_crontab_clear(&crontab);
    return status;
}

static int
run(const ez_command *self, int argc, char **argv)
{
    bool dry_run = false;
    const char *socket = NULL;
    const ez_arg options[] = {
        {"dry-run", 'n', EZ_ARG_FLAG, &dry_run}, {"socket", 0, EZ_ARG_TEXT, &socket}, {NULL}};
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    int status;

    if (!ez_args_read(self, options, argc, argv, arguments, &status)) {
        return status;
    }
    if (arguments->len != 2 || strcmp(arguments->pdata[0], "crontab") != 0) {
        return ez_usage_error(self, "it is execz import crontab FILE");
    }
    return import(arguments->pdata[1], dry_run, socket);
}

const ez_command ez_command_import = {"import", help, run, NULL};

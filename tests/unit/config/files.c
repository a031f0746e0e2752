/* SPDX-License-Identifier: MIT */
#include "config/files.h"

#include "fixture.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(files, drop_ins_are_read_in_the_order_of_their_names)
{
    g_autofree char *directory = enter_directory();
    g_auto(fixture) f = {ez_document_new(), ez_report_new()};
    g_autofree char *found = NULL;

    g_mkdir("c.conf.d", 0700);
    write_file("c.conf", "[task:a]\nname = main\n");
    write_file("c.conf.d/20.conf", "tasks.a.name = twenty\n");
    write_file("c.conf.d/10.conf", "tasks.a.name = ten\ntasks.a.every = 1s\n");
    write_file("c.conf.d/30.conf~", "no configuration\n");
    write_file("c.conf.d/.40.conf", "no configuration\n");
    cr_expect(eq(int, ez_files_read(f.document, "c.conf", f.report, NULL), EXECZ_OK));
    found = problems_of(f.report);
    cr_expect(eq(str, found, (char *)""));
    cr_expect(eq(str, value(&f, "task", "a", "name"), (char *)"twenty"));
    cr_expect(eq(str, value(&f, "task", "a", "every"), (char *)"1s"));
    leave_directory(directory);
}

Test(files, a_file_that_cannot_be_read_says_why)
{
    g_autofree char *directory = enter_directory();
    g_auto(fixture) f = {ez_document_new(), ez_report_new()};
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_files_read(f.document, "none.conf", f.report, &err), EXECZ_E_IO));
    cr_expect(eq(str, err.message, (char *)"cannot read none.conf: No such file or directory"));
    cr_expect(eq(int, ez_files_read(f.document, ".", f.report, &err), EXECZ_E_IO));
    cr_expect(eq(str, err.message,
                 (char *)"cannot read .: it is a directory; a configuration is a regular file"));
    cr_expect(eq(int, mkfifo("fifo", 0600), 0));
    cr_expect(eq(int, ez_files_read(f.document, "fifo", f.report, &err), EXECZ_E_IO));
    cr_expect(eq(str, err.message,
                 (char *)"cannot read fifo: it is not a regular file; a "
                         "configuration is a regular file"));
    leave_directory(directory);
}

Test(files, what_is_wrong_with_a_drop_in_is_a_problem_of_the_configuration)
{
    g_autofree char *directory = enter_directory();
    g_auto(fixture) f = {ez_document_new(), ez_report_new()};
    g_autofree char *found = NULL;

    write_file("c.conf", "");
    g_mkdir("c.conf.d", 0700);
    g_mkdir("c.conf.d/a.conf", 0700);
    cr_expect(eq(int, symlink("nowhere", "c.conf.d/b.conf"), 0));
    cr_expect(eq(int, ez_files_read(f.document, "c.conf", f.report, NULL), EXECZ_OK));
    found = problems_of(f.report);
    cr_expect(eq(str, found,
                 (char *)"c.conf.d/a.conf: cannot read c.conf.d/a.conf: it is a directory; a "
                         "configuration is a regular file [C101]\n"
                         "c.conf.d/b.conf: cannot read c.conf.d/b.conf: No such file or directory "
                         "[C101]"));
    leave_directory(directory);
}

Test(files, a_file_has_a_limit)
{
    g_autofree char *directory = enter_directory();
    g_auto(fixture) f = {ez_document_new(), ez_report_new()};
    g_autofree char *text = g_strnfill(EZ_CONFIG_FILE_MAX + 1, '\n');
    g_autofree char *found = NULL;

    write_file("big.conf", text);
    text[EZ_CONFIG_FILE_MAX] = '\0';
    write_file("fits.conf", text);
    ez_files_read(f.document, "big.conf", f.report, NULL);
    ez_files_read(f.document, "fits.conf", f.report, NULL);
    found = problems_of(f.report);
    cr_expect(eq(str, found,
                 (char *)"big.conf: the file is larger than 1 MiB and was not read; move parts of "
                         "it into drop-in files, big.conf.d/NAME.conf [C102]"));
    leave_directory(directory);
}

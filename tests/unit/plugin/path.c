/* SPDX-License-Identifier: MIT */
#include "plugin/path.h"

#include "fixture.h"
#include "support/patience.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What a process of user 1000 says of such a file. */
static execz_error
judge(mode_t type, uid_t owner, gid_t group, mode_t mode)
{
    struct stat facts = {.st_uid = owner, .st_gid = group, .st_mode = type | mode};
    execz_error err = EXECZ_ERROR_INIT;

    ez_path_check(&facts, 1000, "/p/x.so", &err);
    return err;
}

static void
expect_open(const char *path)
{
    execz_error err = EXECZ_ERROR_INIT;
    int fd = ez_path_open_directory(path, &err);

    cr_expect(ge(int, fd, 0), "%s: %s", path, err.message);
    close(fd);
}

static void
expect_refusal(const char *path, const char *code, const char *message)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_path_open_directory(path, &err), -1));
    cr_expect(eq(str, err.code, (char *)code));
    cr_expect(eq(str, err.message, (char *)message));
}

/* A directory in one of the test's own: PARENT/name. */
static char *
make(const char *parent, const char *name, mode_t mode)
{
    char *path = g_build_filename(parent, name, NULL);

    cr_assert(eq(int, mkdir(path, 0700), 0));
    cr_assert(eq(int, chmod(path, mode), 0));
    fixture_remember(g_strdup(path));
    return path;
}

static char *
link_to(const char *target, const char *parent, const char *name)
{
    char *path = g_build_filename(parent, name, NULL);

    cr_assert(eq(int, symlink(target, path), 0));
    fixture_remember(g_strdup(path));
    return path;
}

/* ---- judging -------------------------------------------------------------------------------- */

Test(path, what_is_roots_or_the_users_is_trusted)
{
    cr_expect(eq(int, judge(S_IFREG, 0, 0, 0644).status, EXECZ_OK));
    cr_expect(eq(int, judge(S_IFREG, 1000, 1000, 0600).status, EXECZ_OK));
    cr_expect(eq(int, judge(S_IFREG, 1000, 0, 0664).status, EXECZ_OK));
    cr_expect(eq(int, judge(S_IFLNK, 0, 0, 0777).status, EXECZ_OK));
}

Test(path, the_file_of_a_stranger_is_refused)
{
    execz_error err = judge(S_IFREG, 1001, 1000, 0644);

    cr_expect(eq(str, err.code, (char *)"P202"));
    cr_expect(
        eq(str, err.message,
           (char *)"the file /p/x.so belongs to user 1001, neither to root nor to the user who "
                   "runs execz (1000); fix: chown 1000 /p/x.so"));
}

Test(path, the_directory_of_a_stranger_is_refused)
{
    execz_error err = judge(S_IFDIR, 1001, 1000, 0755);

    cr_expect(eq(str, err.code, (char *)"P208"));
    cr_expect(g_str_has_prefix(err.message, "the directory /p/x.so belongs to user 1001"));
}

Test(path, the_link_of_a_stranger_is_refused)
{
    cr_expect(
        g_str_has_suffix(judge(S_IFLNK, 1001, 1000, 0777).message, "; fix: chown -h 1000 /p/x.so"));
}

Test(path, what_a_group_may_write_is_refused)
{
    cr_expect(eq(str, judge(S_IFREG, 0, 50, 0664).code, (char *)"P206"));
    cr_expect(eq(str, judge(S_IFDIR, 0, 50, 0775).code, (char *)"P207"));
    cr_expect(eq(str, judge(S_IFREG, 0, 50, 0664).message,
                 (char *)"the file /p/x.so is writable by group 50 (mode 0664); fix: chmod g-w "
                         "/p/x.so"));
}

Test(path, what_everybody_may_write_is_refused)
{
    cr_expect(eq(str, judge(S_IFREG, 0, 0, 0646).code, (char *)"P201"));
    cr_expect(eq(str, judge(S_IFDIR, 0, 0, 0757).code, (char *)"P207"));
    cr_expect(eq(str, judge(S_IFREG, 0, 0, 0646).message,
                 (char *)"the file /p/x.so is writable by everybody (mode 0646); fix: chmod o-w "
                         "/p/x.so"));
}

/* ---- walking -------------------------------------------------------------------------------- */

Test(path, a_directory_in_a_sticky_one_is_trusted)
{
    expect_open(fixture_directory());
    expect_open("/");
    expect_open("//usr//./bin/..");
}

Test(path, a_sticky_directory_is_no_place_for_plugins)
{
    const char *root = fixture_directory();
    g_autofree char *sticky = make(root, "sticky", 01777);
    g_autofree char *message =
        g_strdup_printf("the directory %s is writable by everybody (mode 1777); fix: chmod o-w %s",
                        sticky, sticky);

    expect_refusal(sticky, "P207", message);
}

Test(path, a_writable_directory_far_above_is_refused_by_its_name)
{
    const char *root = fixture_directory();
    g_autofree char *open = make(root, "open", 0777);
    g_autofree char *mine = make(open, "mine", 0755);
    g_autofree char *plugins = make(mine, "plugins", 0755);
    g_autofree char *message =
        g_strdup_printf("the directory %s is writable by everybody (mode 0777); fix: chmod o-w %s",
                        open, open);

    expect_refusal(plugins, "P207", message);
}

Test(path, a_link_between_trusted_places_is_followed)
{
    const char *root = fixture_directory();
    g_autofree char *real = make(root, "real", 0755);
    g_autofree char *inner = make(real, "inner", 0755);
    g_autofree char *relative = link_to("./real/inner/..", root, "relative");
    g_autofree char *absolute = link_to(relative, root, "absolute");
    g_autofree char *through = g_build_filename(absolute, "inner", NULL);

    expect_open(relative);
    expect_open(absolute);
    expect_open(through);
}

Test(path, where_a_link_leads_is_judged_like_anything_else)
{
    const char *root = fixture_directory();
    g_autofree char *open = make(root, "open", 0777);
    g_autofree char *mine = make(open, "mine", 0755);
    g_autofree char *link = link_to("open/mine", root, "link");
    g_autofree char *message =
        g_strdup_printf("the directory %s is writable by everybody (mode 0777); fix: chmod o-w %s",
                        open, open);

    expect_refusal(link, "P207", message);
}

Test(path, a_link_that_leads_to_itself_ends)
{
    const char *root = fixture_directory();
    g_autofree char *link = link_to("link", root, "link");
    g_autofree char *message = g_strdup_printf(
        "cannot open the directory %s on the way to %s: Too many levels of symbolic links", link,
        link);

    expect_refusal(link, "P105", message);
}

Test(path, a_missing_directory_is_named)
{
    const char *root = fixture_directory();
    g_autofree char *far = g_build_filename(root, "gone", "away", NULL);
    g_autofree char *message =
        g_strdup_printf("cannot open the directory %s/gone on the way to %s: No such file or "
                        "directory",
                        root, far);

    expect_refusal(far, "P102", message);
}

Test(path, a_missing_directory_that_everybody_could_make_is_no_normal_one)
{
    const char *root = fixture_directory();
    g_autofree char *sticky = make(root, "sticky", 01777);
    g_autofree char *gone = g_build_filename(sticky, "gone", NULL);
    g_autofree char *message =
        g_strdup_printf("there is no %s, and everybody can make one in %s; fix: mkdir -m 755 %s",
                        gone, sticky, gone);

    expect_refusal(gone, "P212", message);
}

Test(path, a_file_is_no_directory)
{
    const char *root = fixture_directory();
    g_autofree char *file = g_build_filename(root, "good.so", NULL);
    g_autofree char *message =
        g_strdup_printf("cannot open the directory %s: Not a directory", file);

    fixture_install(root, "good", "good.so");
    expect_refusal(file, "P105", message);
}

/* ---- somebody who never stops renaming ------------------------------------------------------ */

typedef struct swapper {
    char *trusted, *open, *aside; /* owned */
    atomic_bool stop;
} swapper;

/* Puts the open directory where the trusted one was, and back, without end. */
static void *
swap(void *user)
{
    swapper *self = user;

    while (!atomic_load(&self->stop)) {
        if (rename(self->trusted, self->aside) != 0 || rename(self->open, self->trusted) != 0 ||
            rename(self->trusted, self->open) != 0 || rename(self->aside, self->trusted) != 0) {
            break;
        }
    }
    return NULL;
}

Test(path, whoever_renames_meanwhile_never_gets_in_what_is_not_trusted)
{
    const char *root = fixture_directory();
    swapper self = {.trusted = make(root, "trusted", 0755),
                    .open = make(root, "open", 0777),
                    .aside = g_build_filename(root, "aside", NULL)};
    int64_t end = patience_ends();
    unsigned opened = 0, refused = 0;
    pthread_t thread;

    cr_assert(eq(int, pthread_create(&thread, NULL, swap, &self), 0));
    while (opened < 500 || refused < 20) {
        cr_assert(not(patience_is_over(end)), "%u opened, %u refused", opened, refused);
        int fd = ez_path_open_directory(self.trusted, NULL);
        struct stat facts;

        if (fd < 0) {
            refused++;
            continue;
        }
        opened++;
        cr_assert(eq(int, fstat(fd, &facts), 0));
        cr_assert(eq(int, (int)(facts.st_mode & S_IWOTH), 0));
        close(fd);
    }
    atomic_store(&self.stop, true);
    pthread_join(thread, NULL);
    g_free(self.trusted);
    g_free(self.open);
    g_free(self.aside);
}

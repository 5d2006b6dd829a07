#!/usr/bin/env bash
# Everything about the tree that can be checked without running the system. `make check` calls it.
#   bash tests/check.sh               all steps
#   bash tests/check.sh types imports only these
# Every step runs, whatever the ones before it found; only a failed one shows what it printed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
if [[ ! -x .venv/bin/python ]]; then
    echo "check: no .venv here; run \`make setup\` first" >&2
    exit 2
fi
export PATH="$PWD/.venv/bin:$PATH" NO_COLOR=1

# Licences that let the ministry run, change and pass on the whole; a new one is added here on purpose.
ALLOWED_LICENCES=(
    "MIT" "MIT License" "MIT-0" "MIT OR Apache-2.0" "ISC" "Unlicense"
    "BSD License" "BSD-2-Clause" "BSD-3-Clause" "Apache-2.0 OR BSD-2-Clause" "Apache-2.0 OR BSD-3-Clause"
    "Apache-2.0" "Apache Software License" "Apache-2.0 AND BSD-2-Clause"
    "PSF-2.0" "Python Software Foundation License"
    "MPL-2.0" "Mozilla Public License 2.0 (MPL 2.0)"
    "LGPL-2.1-or-later" "LGPL-3.0-or-later" "LGPL-3.0-only"
)
# Written so that the patterns do not find themselves.
PACKAGE_HOSTS='pypi\.org|pythonhoste[d]|repo1?\.maven|npmjs\.(org|com)|proxy\.golang|crates\.io|deb\.debia[n]'
MACHINE_PATHS='(^|[^[:alnum:]_.-])/(work|farm)/'

# What git knows or would add: a new file is checked before its first commit.
project_files() { git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    if [[ -f $file ]]; then printf '%s\0' "$file"; fi
done; }

nothing() { echo "nothing to check: $*"; }

# The given folders that hold Python at all.
with_python() {
    local folder
    for folder in "$@"; do
        if [[ -d $folder && -n $(find "$folder" -name '*.py' -print -quit) ]]; then echo "$folder"; fi
    done
}

check_format() { ruff format --check .; }

check_lint() { ruff check --output-format concise .; }

check_types() {
    local folders
    mapfile -t folders < <(with_python services shared clients demo deploy tests)
    if ((${#folders[@]} == 0)); then nothing "no Python"; else mypy "${folders[@]}"; fi
}

check_imports() {
    if [[ -z $(with_python services) ]]; then nothing "no services"; else lint-imports; fi
}

check_migrations() {
    local files
    mapfile -t files < <(find services shared -path '*/migrations/*.sql' | sort)
    if ((${#files[@]} == 0)); then nothing "no migrations"; else squawk --reporter gcc "${files[@]}"; fi
}

# Schemas, examples and asyncapi.yaml are what the code says, and break nothing that was released.
check_contracts() { python -m tests.contracts.generate --check; }

# Offline: no finding is tried out on the service that it might belong to. Locks are nothing but hashes.
# A made-up value in a test is marked where it stands: `# pragma: allowlist secret`. Generated contracts hold the
# hashes of their examples; what they, and docs/openapi, are generated from is read.
check_secrets() { project_files | xargs -0 detect-secrets-hook --no-verify \
    --exclude-files '\.lock$' --exclude-files '^(shared/contracts|docs/openapi)/.*\.(json|yaml)$'; }

# Of what an image holds; development tools never leave the developer's machine.
check_licences() {
    local packages allowed
    mapfile -t packages < <(sed -n 's/==.*//p' requirements-runtime.lock)
    if ((${#packages[@]} == 0)); then
        echo "requirements-runtime.lock names no package"
        return 1
    fi
    allowed=$(IFS=';'; echo "${ALLOWED_LICENCES[*]}")
    pip-licenses --packages "${packages[@]}" --allow-only "$allowed"
}

# Says what it could not check, where a registry does not answer.
check_audit() { python -m tests.audit; }

check_locks() {
    local failed=0 lock extra
    for lock in requirements.lock requirements-runtime.lock; do
        if [[ ! -s $lock ]]; then
            echo "$lock is missing"
            failed=1
        elif grep -n -- '://\|^-' "$lock"; then
            echo "$lock names an address or an index: it must install from whatever registry a machine uses"
            failed=1
        fi
    done
    extra=$(comm -13 <(pins requirements.lock) <(pins requirements-runtime.lock))
    if [[ -n $extra ]]; then
        printf 'in requirements-runtime.lock, but not so in requirements.lock:\n%s\n' "$extra"
        failed=1
    fi
    return $failed
}
pins() { grep -o '^[a-z0-9._-]*==[^ ;]*' "$1" | sort; }

# The tree must work elsewhere: no address of a package registry, no path of the machine that it was written on.
check_places() {
    git grep --untracked -nIE "$PACKAGE_HOSTS|$MACHINE_PATHS"
    case $? in
        0) return 1 ;; # found some, and printed them
        1) return 0 ;;
        *) return 2 ;;
    esac
}

STEPS=(format lint types imports migrations contracts secrets licences audit locks places)
if (($# == 0)); then set -- "${STEPS[@]}"; fi
output=$(mktemp)
trap 'rm -f "$output"' EXIT
failed=() open=()
for step in "$@"; do
    if [[ " ${STEPS[*]} " != *" $step "* ]]; then
        echo "check: no step \"$step\"; there are: ${STEPS[*]}" >&2
        exit 2
    fi
    started=$SECONDS
    if "check_$step" >"$output" 2>&1; then
        said=$(grep '^nothing to check\|^not checked' "$output")
        result=ok
        if [[ $said == "not checked"* ]]; then
            result=open
            open+=("$step")
        fi
        printf '%-12s %-7s %3d s   %s\n' "$step" "$result" $((SECONDS - started)) "$said"
    else
        printf '%-12s FAILED  %3d s\n' "$step" $((SECONDS - started))
        sed 's/^/    /' "$output"
        failed+=("$step")
    fi
done
if ((${#failed[@]})); then
    echo "check: failed: ${failed[*]}"
    exit 1
fi
if ((${#open[@]})); then echo "check: ok, but not all could be checked: ${open[*]}"; else echo "check: all ok"; fi

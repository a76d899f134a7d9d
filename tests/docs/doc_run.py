"""Runs the blocks of a page of documentation. ``doc_blocks`` explains the marks that say what is done with each."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import textwrap
import traceback
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

import tactful
from doc_blocks import ROOT, Block, blocks, files
from tactful.cli.app import app
from tactful.testing import load_examples, run_example

_MARK = re.compile(
    r"example: (?P<kind>pack|piece|case|examples)(?: of (?P<base>\S+?))?"
    r"(?:, (?P<level>error|warning) (?P<codes>T\d+(?: T\d+)*))?(?:, as (?P<name>\S+))?"
)
_OUTPUT_OF = re.compile(
    r'output of (?P<command>tactful .*?)(?:, after "(?P<old>.*)" became "(?P<new>.*)" in (?P<file>\S+))?'
)
_CODE = re.compile(r"^\S+?: (T\d{3}) ", re.MULTILINE)
_LAST_LINE = re.compile(r"\n+\d+ (?:mistake|warning)s?; see `tactful explain \w+`.*\n*\Z")
#: The name of a block without a name of its own.
_NAMES = {"pack": "my-rules.yaml", "piece": "my-rules.yaml", "case": "case.yaml", "examples": "tests/examples.yaml"}


def _trimmed(text: str) -> str:
    """The text without blanks at the ends of lines, and without empty lines at its end."""
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()) + "\n"


def _is_missing(mark: str) -> bool:
    """Whether a mark names a module that is not installed."""
    return mark.startswith("needs: ") and find_spec(mark.removeprefix("needs: ")) is None


class Run:
    """Runs the blocks of one page in a folder, from top to bottom. ``mistakes`` lists the errors of the page."""

    def __init__(self, page: Path, folder: Path) -> None:
        self.page, self.folder = page, folder
        self.text = page.read_text()
        self.names: dict[str, Any] = {"__name__": "page"}
        self.output = ""
        self.outputs: list[tuple[Block, str]] = []
        self.mistakes: list[str] = []
        for name in ("examples", "rules"):
            (folder / name).symlink_to(ROOT / name)
        for name, source in files(self.text):
            shutil.copy(source, folder / name)

    def run(self) -> None:
        """Run all blocks."""
        for block in blocks(self.text):
            if block.mark.startswith("not run: ") or _is_missing(block.mark):
                continue
            if block.mark == "output":
                self._compare(block)
            elif block.mark.startswith("output of the file "):
                self.output = (self.folder / block.mark.removeprefix("output of the file ")).read_text()
                self._compare(block)
            elif match := _OUTPUT_OF.fullmatch(block.mark):
                if match["file"] is not None:
                    self._keep(
                        match["file"], (self.folder / match["file"]).read_text().replace(match["old"], match["new"])
                    )
                self.output = self._command(block, match["command"], exit_codes=(0, 1, 3))
                self._compare(block)
            elif block.mark.startswith("file: "):
                self._keep(block.mark.removeprefix("file: "), block.text)
            elif block.language == "python":
                self._python(block)
            elif block.language in ("sh", "shell", "console"):
                self._shell(block)
            elif match := _MARK.fullmatch(block.mark):
                self._yaml(block, match)
            else:
                self._mistake(block, f"no mark says what a test does with this block: {block.mark!r}")

    def _mistake(self, block: Block, message: str) -> None:
        self.mistakes.append(f"{self.page.name}:{block.line}: {message}")

    def _keep(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def _compare(self, block: Block) -> None:
        self._same(block, self.output, block.text)
        self.outputs.append((block, self.output))

    def _same(self, block: Block, output: str, shown: str) -> None:
        pattern = ".*".join(re.escape(part) for part in re.split(r"^…\n", _trimmed(shown), flags=re.MULTILINE))
        if re.fullmatch(pattern, _trimmed(output), re.DOTALL) is None:
            self._mistake(block, f"the page shows\n{shown}\nbut the output is:\n{output}")

    # --- Python ---

    def _python(self, block: Block) -> None:
        output = io.StringIO()
        source = "\n" * (block.line - 1) + block.text
        try:
            with contextlib.redirect_stdout(output):
                exec(compile(source, str(self.page), "exec"), self.names)
        except Exception:  # whatever the page's own code raises is the page's mistake
            self._mistake(block, traceback.format_exc(limit=-1))
        self.output = output.getvalue()

    # --- commands ---

    def _shell(self, block: Block) -> None:
        """Run commands. If commands begin with ``$``, the lines below a command are its output."""
        prompts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
        if len(prompts) == 1:
            outputs = [self._command(block, line) for line in block.text.replace("\\\n", " ").splitlines()]
            self.output = "".join(outputs)
            return
        printed = prompts[0]
        for prompt in prompts[1:]:
            command, _, shown = prompt.partition("\n")
            output = self._command(block, command, exit_codes=(0, 1, 3))
            self._same(block, output, shown)
            printed += f"$ {command}\n{_trimmed(output)}"
        self.outputs.append((block, printed))

    def _command(self, block: Block, line: str, exit_codes: tuple[int, ...] = (0,)) -> str:
        words = shlex.split(line, comments=True)
        if not words:
            return ""
        words, target = (words[:-2], words[-1]) if ">" in words else (words, None)
        if words[0] != "tactful":
            self._mistake(block, f"only `tactful` can be run here, not `{line}`")
            return ""
        result = CliRunner().invoke(app, words[1:])
        if result.exit_code not in exit_codes:
            self._mistake(block, f"`{line}` ended with {result.exit_code}: {result.output}")
        if target is not None:
            self._keep(target, result.output)
            return ""
        return str(result.output)

    # --- YAML ---

    def _yaml(self, block: Block, match: re.Match[str]) -> None:
        kind, codes = match["kind"], set((match["codes"] or "").split())
        name = match["name"] or _NAMES[kind]
        text = block.text if kind != "piece" else f"{block.text}extends: {match['base'] or 'default'}\n"
        self._keep(name, text)
        match kind:
            case "case":
                self._read(block, name, match["base"] or "default", codes)
            case "examples":
                self._examples(block, name)
            case _:
                self._check(block, name, codes, clean=kind == "pack")

    def _check(self, block: Block, name: str, codes: set[str], *, clean: bool) -> None:
        """Check that ``tactful check`` reports these codes. A piece may have other warnings, so it only has to load."""
        if not clean and not codes:
            self._load(block, name)
            return
        result = CliRunner().invoke(app, ["check", name])
        reported = set(_CODE.findall(result.output))
        if reported != codes:
            self._mistake(block, f"check reports {sorted(reported)}, not {sorted(codes)}:\n{result.output}")
        self.output = _LAST_LINE.sub("\n", result.output)

    def _load(self, block: Block, name: str) -> None:
        """Load a piece, without the search for what is better put otherwise that ``tactful check`` makes."""
        self.output = ""
        try:
            tactful.load(name)
        except tactful.InvalidInput as error:
            self._mistake(block, f"does not load:\n{error}")

    def _read(self, block: Block, name: str, pack: str, codes: set[str]) -> None:
        result = CliRunner().invoke(app, ["advise", name, "--rules", pack])
        reported = set(_CODE.findall(result.output)) if result.exit_code else set()
        if reported != codes:
            self._mistake(block, f"the case leads to {sorted(reported)}, not {sorted(codes)}:\n{result.output}")
        self.output = _LAST_LINE.sub("\n", result.output)

    def _examples(self, block: Block, name: str) -> None:
        folder = Path(name).parent.parent
        own = any((self.folder / folder).glob("*.yaml")) and folder != Path()
        pack = tactful.load(self.folder / folder) if own else tactful.load()
        for example in load_examples(self.folder / folder, pack) if own else self._alone(name, pack):
            for message in run_example(pack, example).messages:
                self._mistake(block, message)

    def _alone(self, name: str, pack: tactful.Policy) -> Any:
        from tactful.testing.examples.run import read_examples_text

        return read_examples_text(pack, (self.folder / name).read_text(), name)

    # --- updating a page ---

    def rewrite(self) -> None:
        """Write the output into the page. Blocks with ``…`` are left to a person."""
        text = self.text
        for block, output in reversed(self.outputs):
            if "…\n" not in block.text:
                text = text[: block.start] + textwrap.indent(_trimmed(output), block.indent) + text[block.end :]
        self.page.write_text(text)

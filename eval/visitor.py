"""A visitor of the page without a browser: Streamlit's own protocol over a loopback socket, as its page speaks it."""

import asyncio
import json
from dataclasses import dataclass
from time import perf_counter

from streamlit.proto.AutoRerun_pb2 import AutoRerun
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Common_pb2 import ChatInputValue
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from kb.errors import KbError
from kb.render import COMPOSED_LABEL, escape_markdown
from views.wording import CHINESE

__all__ = ["PageLost", "Turn", "Visitor"]

# An answer comes as data of a component, which is JSON.
_ANSWERED, _REFUSED = json.dumps(COMPOSED_LABEL).strip('"').encode(), CHINESE.too_fast.partition("{")[0].encode()
_LONGEST_S = 60.0
_SUCCESS, _FAILED = ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR
_FRAGMENT = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


class PageLost(KbError):
    """The page ended, broke or kept silent while somebody was using it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question: seconds until its answer was sent to the page (None where there is none), and until the page stood still.

    `refused`: it was asked to wait, because it came too soon after others.
    """

    visible: float | None
    done: float
    refused: bool = False


class Visitor:
    """One session of the page at `address` (http://host:port), from `open` to `close`."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._socket: ClientConnection | None = None
        self._box = ""                 # the id of the line one types into
        self._refused = False          # the last question came too soon after others

    async def open(self) -> float:
        """Seconds until the page can be typed into.

        Raises:
            PageLost: it did not come.
        """
        started = perf_counter()
        try:
            self._socket = await connect(f"{self._address.replace('http', 'ws', 1)}/_stcore/stream", origin=self._address,     # type: ignore[arg-type]
                                         subprotocols=["streamlit", "visitor"], max_size=None, proxy=None)     # type: ignore[list-item]
        except (OSError, WebSocketException, TimeoutError) as error:
            raise PageLost("连不上网页", "请看它是否还在运行") from error
        await self._run(ClientState(), started)
        if not self._box:
            raise PageLost("网页上没有提问框", "请先用浏览器打开看看")
        return perf_counter() - started

    async def ask(self, question: str) -> Turn:
        """Type `question`, press Enter, and wait until the page stands still.

        Raises:
            PageLost: the page broke.
        """
        asked = ClientState(widget_states=WidgetStates(widgets=[WidgetState(id=self._box, chat_input_value=ChatInputValue(data=question))]))
        started = perf_counter()
        visible = await self._run(asked, started, escape_markdown(question).encode())
        return Turn(visible, perf_counter() - started, self._refused)

    async def close(self) -> None:
        """Leave the page."""
        if self._socket:
            await self._socket.close()

    async def _run(self, state: ClientState, started: float, question: bytes = b"") -> float | None:
        """Have the script run to its end, reruns included; seconds until an answer after `question` had been sent.

        What an earlier answer says does not count: on the page it stands above the question, which must not have been asked before.
        """
        if self._socket is None:
            raise PageLost("网页没有打开", "请先打开")
        visible, begun, asked, looking, fragment = None, False, False, AutoRerun(), False
        try:
            await self._socket.send(BackMsg(rerun_script=state).SerializeToString())
            async with asyncio.timeout(_LONGEST_S):
                while True:
                    received = await self._socket.recv(decode=False)
                    told = ForwardMsg.FromString(received)
                    kind = told.WhichOneof("type")
                    if kind == "script_finished" and fragment:
                        fragment = False
                        if told.script_finished != _FRAGMENT:
                            continue            # the answer has come: the whole page is drawn next
                    if kind == "new_session" and not fragment:
                        visible, begun, asked, self._refused, looking = None, True, False, False, AutoRerun()
                    elif kind == "auto_rerun":
                        looking = told.auto_rerun
                    elif kind == "delta":
                        self._remember(told)
                        asked = asked or (bool(question) and question in received)
                        self._refused = self._refused or (asked and _REFUSED in received)
                        if asked and visible is None and _ANSWERED in received:
                            visible = perf_counter() - started
                    elif kind == "script_finished" and told.script_finished == _FAILED:
                        raise PageLost("网页程序出错", "请用浏览器打开，看它的提示")
                    elif kind == "script_finished" and asked and looking.fragment_id and told.script_finished in (_SUCCESS, _FRAGMENT):
                        # The answer is not there yet: the browser looks again from time to time.
                        fragment = True
                        await asyncio.sleep(looking.interval)
                        await self._socket.send(BackMsg(rerun_script=ClientState(
                            fragment_id=looking.fragment_id, is_auto_rerun=True)).SerializeToString())
                    elif kind == "script_finished" and told.script_finished == _SUCCESS and begun and asked == bool(question):
                        return visible          # an end without a beginning, or without the question, is that of an earlier run
        except TimeoutError as error:
            raise PageLost(f"网页 {_LONGEST_S:.0f} 秒没有回应", "请减少同时在线的人数") from error
        except (OSError, WebSocketException) as error:
            raise PageLost("与网页的连接断了", "请看它是否还在运行") from error

    def _remember(self, told: ForwardMsg) -> None:
        element = told.delta.new_element
        if told.delta.WhichOneof("type") == "new_element" and element.WhichOneof("type") == "chat_input":
            self._box = element.chat_input.id

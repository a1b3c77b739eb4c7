import subprocess
import sys

SLOW = ("azure.servicebus", "azure.data.tables", "httpx", "msal", "phonenumbers", "aiohttp")


def test_a_cold_start_loads_no_sdk() -> None:
    """Importing the app loads none of the slow libraries; they come with the first use."""
    program = "import sys, function_app; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in SLOW if name in loaded] == []
